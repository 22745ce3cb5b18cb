#include "management/grpc_status.hpp"

#include <fmt/format.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <algorithm>
#include <charconv>

namespace wampgate::management {
namespace {

constexpr std::size_t kDefaultLimit = 6000;
constexpr std::size_t kMostOctets = 1024 * 1024;
constexpr std::size_t kPerViolation = 32;  // what the encoding adds, amply

std::string Describe(const config::Problem& problem) {
  return problem.line == 0
             ? problem.message
             : fmt::format("{} (line {}, column {})", problem.message, problem.line, problem.column);
}

/// Calls `add(path, description)` for each error, and for what is left out.
template <typename Add>
void AddErrors(const config::Problems& problems, std::size_t limit, const Add& add) {
  std::size_t octets = 0, left_out = 0;
  for (const auto& problem : problems) {
    if (problem.severity != config::Severity::kError) continue;
    const std::string description = Describe(problem);
    octets += problem.path.size() + description.size() + kPerViolation;
    if (octets > limit) {
      ++left_out;
    } else {
      add(problem.path, description);
    }
  }
  if (left_out > 0) {
    add("",
        fmt::format("{} more problems do not fit into this answer; `wampgated check` prints all", left_out));
  }
}

google::rpc::BadRequest AsBadRequest(const config::Problems& problems, std::size_t limit) {
  google::rpc::BadRequest request;
  AddErrors(problems, limit, [&](const std::string& path, const std::string& description) {
    auto& violation = *request.add_field_violations();
    violation.set_field(path);
    violation.set_description(description);
  });
  return request;
}

google::rpc::PreconditionFailure AsPreconditionFailure(const config::Problems& problems, std::size_t limit) {
  google::rpc::PreconditionFailure failure;
  AddErrors(problems, limit, [&](const std::string& path, const std::string& description) {
    auto& violation = *failure.add_violations();
    violation.set_type("CONFIGURATION");
    violation.set_subject(path);
    violation.set_description(description);
  });
  return failure;
}

}  // namespace

std::size_t DetailsLimit(const grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find("wampgate-details-limit");
  std::size_t limit = kDefaultLimit;
  if (found == context.client_metadata().end()) return limit;
  std::from_chars(found->second.begin(), found->second.end(), limit);
  return std::min(limit, kMostOctets);
}

grpc::Status ToGrpc(const Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(Message(status))};
}

grpc::Status ToGrpc(const Status& status, const config::Problems& problems, std::size_t limit) {
  google::rpc::Status full;
  full.set_code(static_cast<int>(status.code()));
  full.set_message(std::string(Message(status)));
  if (status.code() == StatusCode::kInvalidArgument) {
    full.add_details()->PackFrom(AsBadRequest(problems, limit));
  } else if (status.code() == StatusCode::kFailedPrecondition) {
    full.add_details()->PackFrom(AsPreconditionFailure(problems, limit));
  } else {
    return ToGrpc(status);
  }
  return {static_cast<grpc::StatusCode>(status.code()), full.message(), full.SerializeAsString()};
}

}  // namespace wampgate::management
