#include "management/object_service.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wampgate::management {
namespace {

using config::ObjectName;

constexpr std::string_view kFirst = "changes[0]";

std::string WithoutFirst(std::string path) {
  if (!path.starts_with(kFirst)) return path;
  path.erase(0, kFirst.size());
  return path.starts_with(".") ? path.substr(1) : path;
}

}  // namespace

config::Problems OfOneChange(config::Problems problems) {
  for (config::Problem& problem : problems) problem.path = WithoutFirst(std::move(problem.path));
  return problems;
}

Status OfOneChange(const Status& status) {
  return MakeStatus(status.code(), WithoutFirst(std::string(Message(status))));
}

StatusOr<ObjectName> ParseName(const char* field, const std::string& text, ObjectName::Kind kind) {
  constexpr std::string_view kForms[] = {"workers/{worker}", "workers/{worker}/transports/{transport}",
                                         "workers/{worker}/transports/{transport}/paths/{path}",
                                         "workers/{worker}/backends/{backend}",
                                         "workers/{worker}/routes/{realm}/{role}"};
  auto name = ObjectName::Parse(text);
  if (name.ok() && name->kind == kind) return name;
  return InvalidArgument(fmt::format("{}: expected {}, found {}", field,
                                     kForms[static_cast<std::size_t>(kind)], config::Quote(text)));
}

StatusOr<ObjectName> ParseParent(const std::string& text, ObjectName::Kind kind) {
  if (kind != ObjectName::Kind::kPath) return ParseName("parent", text, ObjectName::Kind::kWorker);
  auto path = ParseName("parent", text, ObjectName::Kind::kPath);
  return path.ok() ? path : ParseName("parent", text, ObjectName::Kind::kTransport);
}

bool IsPattern(const ObjectName& parent) {
  return parent.worker == "-" || parent.transport == "-" ||
         std::find(parent.paths.begin(), parent.paths.end(), "-") != parent.paths.end();
}

}  // namespace wampgate::management
