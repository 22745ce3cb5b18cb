#pragma once

#include <grpcpp/server_context.h>

#include <string>

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// Who calls, as it is kept with revisions and shown to others: "uid:1000 (alice)".
std::string CallerIdentity(const grpc::ServerContextBase& context);

}  // namespace wampgate::management
