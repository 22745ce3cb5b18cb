#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <cstddef>

#include "base/status.hpp"
#include "config/problem.hpp"

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// The same code and message.
grpc::Status ToGrpc(const Status& status);

/// How many octets of details the caller can take: what it says in the metadata "wampgate-details-limit"
/// (wampgatectl does), at most 1 MiB; else 6000, since gRPC clients refuse answers with more than 8 KiB of
/// metadata.
std::size_t DetailsLimit(const grpc::CallbackServerContext& context);

/// The errors among `problems` as field violations of a BadRequest where the status is INVALID_ARGUMENT, as
/// violations of a PreconditionFailure where it is FAILED_PRECONDITION. Where they have more than `limit`
/// octets, the last violation says how many are left out.
grpc::Status ToGrpc(const Status& status, const config::Problems& problems, std::size_t limit);

}  // namespace wampgate::management
