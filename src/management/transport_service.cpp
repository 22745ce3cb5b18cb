#include <wampgate/v1/transport_service.grpc.pb.h>

#include "management/drain_settings.hpp"
#include "management/object_service.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

struct TransportNoun {
  using View = v1::TransportView;
  static constexpr auto kKind = config::ObjectName::Kind::kTransport;
  static constexpr const char* kList = "transports";
  static auto* Views(v1::ListTransportsResponse& response) { return response.mutable_transports(); }
  static View* ViewOf(v1::TransportResult& result) { return result.mutable_transport(); }
  static const auto& ObjectOf(const View& view) { return view.transport(); }
  template <typename Request>
  static void Give(const Request& request, v1::ObjectChange& change) {
    if (request.has_text()) {
      *change.mutable_text() = request.text();
    } else if (request.has_transport()) {
      *change.mutable_transport() = request.transport();
    }
  }
};

class TransportService final : public v1::TransportService::CallbackService {
 public:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  explicit TransportService(supervisor::Supervisor& supervisor)
      : node_(supervisor.node()), calls_(supervisor) {}

  Reactor* GetTransport(Context* context, const v1::GetTransportRequest* request,
                        v1::TransportView* view) override {
    return calls_.Get(context, request, view);
  }
  Reactor* ListTransports(Context* context, const v1::ListTransportsRequest* request,
                          v1::ListTransportsResponse* response) override {
    return calls_.List(context, request, response);
  }
  Reactor* CreateTransport(Context* context, const v1::CreateTransportRequest* request,
                           v1::TransportResult* result) override {
    const auto parent = ParseName("parent", request->parent(), config::ObjectName::Kind::kWorker);
    if (!parent.ok()) return calls_.Refuse(context, parent.status());
    const std::string id = request->transport_id().empty() ? OwnId(*request) : request->transport_id();
    if (id.empty()) {
      return calls_.Refuse(
          context, InvalidArgument("transport_id: required, since the transport has neither an id nor "
                                   "an endpoint"));
    }
    return calls_.Create(context, request, *parent, id, result);
  }
  Reactor* UpdateTransport(Context* context, const v1::UpdateTransportRequest* request,
                           v1::TransportResult* result) override {
    return calls_.Update(context, request, result);
  }
  Reactor* DeleteTransport(Context* context, const v1::DeleteTransportRequest* request,
                           v1::ApplyResult* result) override {
    return calls_.Delete(context, request, result);
  }

  Reactor* DrainTransport(Context* context, const v1::DrainTransportRequest* request,
                          google::longrunning::Operation* response) override {
    const auto name = ParseName("name", request->name(), config::ObjectName::Kind::kTransport);
    const auto settings = SettingsOf(*request);
    if (!name.ok() || !settings.ok()) {
      return calls_.Refuse(context, name.ok() ? settings.status() : name.status());
    }
    auto* reactor = context->DefaultReactor();
    node_.DrainObject(name->ToString(), *settings,
                      [reactor, response](StatusOr<google::longrunning::Operation> operation) {
                        if (operation.ok()) *response = std::move(*operation);
                        reactor->Finish(ToGrpc(operation.status()));
                      });
    return reactor;
  }
  Reactor* UndrainTransport(Context* context, const v1::UndrainTransportRequest* request,
                            v1::TransportView* view) override {
    const auto name = ParseName("name", request->name(), config::ObjectName::Kind::kTransport);
    if (!name.ok()) return calls_.Refuse(context, name.status());
    auto* reactor = context->DefaultReactor();
    node_.UndrainObject(name->ToString(), [this, name = *name, view, reactor](const Status& status) {
      status.ok() ? calls_.Show(name, view, reactor) : reactor->Finish(ToGrpc(status));
    });
    return reactor;
  }

 private:
  /// The transport's id, else where it listens; empty if it says neither. A text with errors is refused
  /// later.
  std::string OwnId(const v1::CreateTransportRequest& request) const {
    v1::Node alone;
    v1::Transport& transport = *alone.add_workers()->add_transports();
    transport = request.transport();
    config::Problems ignored;
    if (request.has_text()) config::ReadObject(request.text(), transport, ignored);
    if (config::HasErrors(ignored)) return "unknown";
    const bool has_name =
        transport.has_id() || transport.endpoint().type_case() != v1::ListenEndpoint::TYPE_NOT_SET;
    return has_name ? config::DocumentObjects(alone, calls_.environment()).TransportIds(0)[0] : "";
  }

  supervisor::NodeControl& node_;
  ObjectCalls<TransportNoun> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeTransportService(supervisor::Supervisor& supervisor) {
  return std::make_unique<TransportService>(supervisor);
}

}  // namespace wampgate::management
