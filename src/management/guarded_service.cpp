#include "management/guarded_service.hpp"

#include <google/protobuf/message.h>
#include <grpc/byte_buffer.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include <utility>

#include "management/call.hpp"
#include "management/grpc_status.hpp"

namespace wampgate::management {
namespace {

using google::protobuf::MethodDescriptor;
using grpc::ByteBuffer;
using grpc::internal::MethodHandler;
using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

grpc::Status VerdictOf(const grpc::CallbackServerContext& context) {
  return ToGrpc(Call::Of(context)->verdict());
}

/// Answers a stream with nothing but a status.
class RefusedStream final : public grpc::ServerWriteReactor<ByteBuffer> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

/// Answers with what Call::verdict says.
std::unique_ptr<MethodHandler> MakeRefusal(const MethodDescriptor& method) {
  if (method.server_streaming()) {
    return std::make_unique<grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>>(
        [](grpc::CallbackServerContext* context, const ByteBuffer*) {
          return new RefusedStream(VerdictOf(*context));
        });
  }
  return std::make_unique<grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>>(
      [](grpc::CallbackServerContext* context, const ByteBuffer*, ByteBuffer*) {
        auto* reactor = context->DefaultReactor();
        reactor->Finish(VerdictOf(*context));
        return reactor;
      });
}

class GuardedHandler final : public MethodHandler {
 public:
  GuardedHandler(MethodHandler& handler, const MethodDescriptor& method)
      : handler_(handler), method_(method), refusal_(MakeRefusal(method)) {}

  /// Nothing is read of the request yet.
  void* Deserialize(grpc_call*, grpc_byte_buffer* request, grpc::Status* status, void**) override {
    *status = grpc::Status::OK;
    return request;
  }

  void RunHandler(const HandlerParameter& parameter) override {
    auto* octets = static_cast<grpc_byte_buffer*>(parameter.request);
    Call& call = *Call::Of(*parameter.server_context);
    if (!call.Admit(octets == nullptr ? 0 : grpc_byte_buffer_length(octets)).ok()) {
      if (octets != nullptr) grpc_byte_buffer_destroy(octets);
      return Run(*refusal_, parameter, nullptr, nullptr);
    }
    grpc::Status status;
    void* data = nullptr;
    void* request = handler_.Deserialize(parameter.call->call(), octets, &status, &data);
    if (request == nullptr) {
      call.Refuse(InvalidArgument("the request is no " + method_.input_type()->full_name() + ": " +
                                  status.error_message()));
      return Run(*refusal_, parameter, nullptr, nullptr);
    }
    call.Note(*static_cast<google::protobuf::Message*>(request));
    Run(handler_, parameter, request, data);
  }

 private:
  /// `request` and `data` as the handler's Deserialize gave them; nullptr: it has not been called.
  static void Run(MethodHandler& handler, const HandlerParameter& parameter, void* request, void* data) {
    grpc::Status status;
    if (request == nullptr) request = handler.Deserialize(parameter.call->call(), nullptr, &status, &data);
    handler.RunHandler(
        {parameter.call, parameter.server_context, request, status, data, parameter.call_requester});
  }

  MethodHandler& handler_;
  const MethodDescriptor& method_;
  const std::unique_ptr<MethodHandler> refusal_;
};

/// Opens what a service shows to its own kind only.
struct Opened : grpc::Service {
  static MethodHandler& HandlerOf(grpc::Service& service, int index) {
    return *(service.*(&Opened::GetHandler))(index);
  }
};

}  // namespace

GuardedService::GuardedService(grpc::Service& service, const google::protobuf::ServiceDescriptor& type) {
  for (int i = 0; i < type.method_count(); ++i) {
    paths_.push_back("/" + type.full_name() + "/" + type.method(i)->name());
  }
  for (int i = 0; i < type.method_count(); ++i) {
    const MethodDescriptor& method = *type.method(i);
    const auto kind = method.server_streaming() ? RpcMethod::SERVER_STREAMING : RpcMethod::NORMAL_RPC;
    AddMethod(new RpcServiceMethod(paths_[static_cast<std::size_t>(i)].c_str(), kind, nullptr));
    MarkMethodCallback(i, new GuardedHandler(Opened::HandlerOf(service, i), method));
  }
}

}  // namespace wampgate::management
