#include "contexts.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "base/fd.hpp"

namespace wampgate::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 100;

/// The file's spelling of a context.
struct Key {
  const char* name;
  std::string Context::* value;
};
constexpr Key kKeys[] = {{"address", &Context::address},
                         {"cert", &Context::certificate},
                         {"key", &Context::key},
                         {"ca", &Context::ca},
                         {"token-file", &Context::token_file}};

Status Broken(const std::string& path, int line, const std::string& what) {
  const std::string where = line < 0 ? path : path + ":" + std::to_string(line + 1);
  return FailedPrecondition(where + ": " + what + "; mend the file, or move it away");
}

Status Broken(const std::string& path, const YAML::Node& at, const std::string& what) {
  return Broken(path, at.Mark().line, what);
}

/// Calls `each(key, value)` for every member.
template <typename Each>
Status ReadMap(const std::string& path, const YAML::Node& map, const std::string& what, Each each) {
  if (!map.IsMap()) return Broken(path, map, "expected " + what);
  std::set<std::string> seen;
  for (const auto& member : map) {
    const YAML::Node& key = member.first;
    const YAML::Node& value = member.second;
    if (!key.IsScalar()) return Broken(path, key, "expected a name");
    if (!seen.insert(key.Scalar()).second)
      return Broken(path, key, "\"" + key.Scalar() + "\" is there twice");
    WAMPGATE_RETURN_IF_ERROR(each(key, value));
  }
  return OkStatus();
}

StatusOr<Context> ReadContext(const std::string& path, const YAML::Node& node) {
  Context context;
  WAMPGATE_RETURN_IF_ERROR(
      ReadMap(path, node, "address, cert, key, ca and token-file of a context",
              [&](const YAML::Node& name, const YAML::Node& value) {
                const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                               [&](const Key& one) { return name.Scalar() == one.name; });
                if (key == std::end(kKeys)) {
                  return Broken(path, name,
                                "\"" + name.Scalar() + "\" is none of address, cert, key, ca and token-file");
                }
                if (!value.IsScalar()) return Broken(path, value, name.Scalar() + ": expected a text");
                context.*key->value = value.Scalar();
                return OkStatus();
              }));
  if (context.address.empty()) return Broken(path, node, "a context without address");
  return context;
}

StatusOr<Contexts> ReadDocument(const std::string& path, const YAML::Node& document) {
  Contexts contexts;
  if (document.IsNull()) return contexts;
  const auto read_all = [&](const YAML::Node& name, const YAML::Node& value) -> Status {
    if (!IsContextName(name.Scalar()))
      return Broken(path, name, "\"" + name.Scalar() + "\" is no context's name");
    WAMPGATE_ASSIGN_OR_RETURN(contexts.all[name.Scalar()], ReadContext(path, value));
    return OkStatus();
  };
  WAMPGATE_RETURN_IF_ERROR(ReadMap(
      path, document, "current and contexts", [&](const YAML::Node& name, const YAML::Node& value) -> Status {
        if (name.Scalar() == "contexts" && value.IsNull()) return OkStatus();
        if (name.Scalar() == "contexts") return ReadMap(path, value, "contexts by their names", read_all);
        if (name.Scalar() != "current")
          return Broken(path, name, "\"" + name.Scalar() + "\" is none of current and contexts");
        if (!value.IsScalar()) return Broken(path, value, "current: expected a context's name");
        contexts.current = value.Scalar();
        return OkStatus();
      }));
  return contexts;
}

/// In double quotes: JSON's strings are YAML's, too.
std::string Quoted(const std::string& text) {
  YAML::Emitter emitter;
  emitter << YAML::DoubleQuoted << text;
  return emitter.c_str();
}

std::string TextOf(const Contexts& contexts) {
  std::string text = "# Nodes that wampgatectl knows by name; wampgatectl context --help\n";
  if (!contexts.current.empty()) text += "current: " + Quoted(contexts.current) + "\n";
  text += contexts.all.empty() ? "" : "contexts:\n";
  for (const auto& [name, context] : contexts.all) {
    text += "  " + Quoted(name) + ":\n";
    for (const Key& key : kKeys) {
      const std::string& value = context.*key.value;
      if (!value.empty()) text += "    " + std::string(key.name) + ": " + Quoted(value) + "\n";
    }
  }
  return text;
}

Status WriteAll(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus(errno, path + ": cannot be written");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0 ? OkStatus() : ErrnoStatus(errno, path + ": cannot be written");
}

Status MakeFolder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return OkStatus();
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return OkStatus();
  return ErrnoStatus(errno, folder.string() + ": cannot be made");
}

}  // namespace

std::string ContextsPath() {
  const auto folder = [](const char* variable) -> std::string {
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
  };
  constexpr const char* kFile = "wampgate/contexts.yaml";
  if (const std::string configuration = folder("XDG_CONFIG_HOME"); !configuration.empty())
    return (fs::path(configuration) / kFile).string();
  const std::string home = folder("HOME");
  return home.empty() ? "" : (fs::path(home) / ".config" / kFile).string();
}

StatusOr<Contexts> ReadContexts(const std::string& path) {
  struct stat found{};
  if (path.empty() || ::stat(path.c_str(), &found) != 0) {
    if (path.empty() || errno == ENOENT || errno == ENOTDIR) return Contexts();
    return ErrnoStatus(errno, path + ": cannot be read");
  }
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return FailedPrecondition(path +
                              ": others may write to it, and so choose the node that gets your commands; "
                              "look at what it says, then: chmod 600 " +
                              path);
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) return ErrnoStatus(errno, path + ": cannot be read");
  try {
    return ReadDocument(path, YAML::Load(text));
  } catch (const YAML::Exception& exception) {
    return Broken(path, exception.mark.line, exception.msg);
  }
}

Status WriteContexts(const std::string& path, const Contexts& contexts) {
  if (path.empty())
    return FailedPrecondition("there is no place for contexts: neither $XDG_CONFIG_HOME nor $HOME is set");
  std::error_code error;
  fs::path target = fs::canonical(path, error);  // a link stays one
  if (error) target = path;
  WAMPGATE_RETURN_IF_ERROR(MakeFolder(target.parent_path()));
  std::string temporary = target.string() + ".XXXXXX";
  UniqueFd file(::mkstemp(temporary.data()));  // 0600
  if (!file) return ErrnoStatus(errno, temporary + ": cannot be made");
  Status status = WriteAll(file.get(), TextOf(contexts), temporary);
  if (status.ok() && ::rename(temporary.c_str(), target.c_str()) != 0)
    status = ErrnoStatus(errno, target.string() + ": cannot be replaced");
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

bool IsContextName(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

}  // namespace wampgate::ctl
