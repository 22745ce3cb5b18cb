#include "management/grpc_status.hpp"

#include <fmt/format.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

namespace wampgate::management {
namespace {

constexpr int kMostViolations = 100;

google::rpc::BadRequest AsBadRequest(const config::Problems& problems) {
  google::rpc::BadRequest request;
  for (const auto& problem : problems) {
    if (problem.severity != config::Severity::kError) continue;
    if (request.field_violations_size() == kMostViolations) break;
    auto& violation = *request.add_field_violations();
    violation.set_field(problem.path);
    violation.set_description(problem.line == 0 ? problem.message
                                                : fmt::format("{} (line {}, column {})", problem.message,
                                                              problem.line, problem.column));
  }
  return request;
}

google::rpc::PreconditionFailure AsPreconditionFailure(const config::Problems& problems) {
  google::rpc::PreconditionFailure failure;
  for (const auto& problem : problems) {
    if (problem.severity != config::Severity::kError) continue;
    if (failure.violations_size() == kMostViolations) break;
    auto& violation = *failure.add_violations();
    violation.set_type("CONFIGURATION");
    violation.set_subject(problem.path);
    violation.set_description(problem.message);
  }
  return failure;
}

}  // namespace

grpc::Status ToGrpc(const Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(Message(status))};
}

grpc::Status ToGrpc(const Status& status, const config::Problems& problems) {
  google::rpc::Status full;
  full.set_code(static_cast<int>(status.code()));
  full.set_message(std::string(Message(status)));
  if (status.code() == StatusCode::kInvalidArgument) {
    full.add_details()->PackFrom(AsBadRequest(problems));
  } else if (status.code() == StatusCode::kFailedPrecondition) {
    full.add_details()->PackFrom(AsPreconditionFailure(problems));
  } else {
    return ToGrpc(status);
  }
  return {static_cast<grpc::StatusCode>(status.code()), full.message(), full.SerializeAsString()};
}

}  // namespace wampgate::management
