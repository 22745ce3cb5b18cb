#pragma once

#include <grpcpp/support/status.h>

#include "base/status.hpp"
#include "config/problem.hpp"

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// The same code and message.
grpc::Status ToGrpc(const Status& status);

/// The errors among `problems` as field violations (the first 100) of a BadRequest where the status is
/// INVALID_ARGUMENT, as violations of a PreconditionFailure where it is FAILED_PRECONDITION.
grpc::Status ToGrpc(const Status& status, const config::Problems& problems);

}  // namespace wampgate::management
