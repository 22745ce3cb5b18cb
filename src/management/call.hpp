#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <string>

#include "management/gate.hpp"

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// One call from its first octet to its end: who makes it, the place it takes, and its audit line.
///
/// gRPC makes one for every call and ends it with the call's context. Only one thread uses it at a time.
class Call final : public grpc::experimental::Interceptor {
 public:
  Call(Gate& gate, grpc::experimental::ServerRpcInfo& info);
  ~Call() override;

  /// The call of a context; nullptr for a server without a gate. While the context lives.
  static Call* Of(const grpc::ServerContextBase& context);

  /// Whether the handler may run. `octets` is the size of the request.
  Status Admit(std::size_t octets);
  /// Before the handler runs: what the audit line says of it.
  void Note(const google::protobuf::Message& request);

  const Caller& caller() const { return caller_; }
  /// What Admit said, or what a handler in its place is to answer.
  const Status& verdict() const { return verdict_; }
  void Refuse(Status verdict) { verdict_ = std::move(verdict); }

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override;

 private:
  Status Examine(std::size_t octets);
  bool IsChange() const;
  void Audit(const std::string& result, const google::protobuf::Message* response);

  Gate& gate_;
  grpc::ServerContextBase& context_;
  std::string method_;  // "wampgate.v1.ConfigService.GetConfig"
  Shape shape_;
  bool entered_ = false;
  bool audited_ = false;
  Caller caller_;
  Status verdict_;
  std::string object_;
  std::string request_id_;
};

/// Who makes the call of a context, for handlers; nullptr for a server without a gate. While the context
/// lives.
const Caller* CallerOf(const grpc::ServerContextBase& context);

/// For grpc::ServerBuilder.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCalls(Gate& gate);

}  // namespace wampgate::management
