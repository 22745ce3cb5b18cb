#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// A service as others see it: every method of it asks the gate (Call::Admit) before its request is even
/// parsed. It is what a server registers in place of the service, so that no handler can be reached around
/// it. Unary and server-streaming callback methods.
class GuardedService final : public grpc::Service {
 public:
  /// `type` is the service's own descriptor. `service` outlives this.
  GuardedService(grpc::Service& service, const google::protobuf::ServiceDescriptor& type);

 private:
  std::vector<std::string> paths_;  // "/wampgate.v1.ConfigService/GetConfig"; gRPC keeps pointers to them
};

}  // namespace wampgate::management
