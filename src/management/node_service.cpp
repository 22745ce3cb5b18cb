#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <wampgate/v1/node_service.grpc.pb.h>

#include <atomic>
#include <memory>

#include "management/call.hpp"
#include "management/drain_settings.hpp"
#include "management/event_stream.hpp"
#include "management/grpc_status.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

using supervisor::NodeControl;
using EventWriter = EventStream<v1::NodeEvent>;

class NodeService final : public v1::NodeService::CallbackService {
 public:
  explicit NodeService(supervisor::Supervisor& supervisor)
      : supervisor_(supervisor), node_(supervisor.node()) {}

  grpc::ServerUnaryReactor* GetNode(grpc::CallbackServerContext* context, const v1::GetNodeRequest*,
                                    v1::NodeView* response) override {
    auto* reactor = context->DefaultReactor();
    node_.GetNode([reactor, response](const v1::NodeView& node) {
      *response = node;
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* GetStatistics(grpc::CallbackServerContext* context,
                                          const v1::GetStatisticsRequest*,
                                          v1::Statistics* response) override {
    auto* reactor = context->DefaultReactor();
    node_.GetStatistics([reactor, response](const v1::Statistics& statistics) {
      *response = statistics;
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* DrainNode(grpc::CallbackServerContext* context,
                                      const v1::DrainNodeRequest* request,
                                      google::longrunning::Operation* response) override {
    auto* reactor = context->DefaultReactor();
    const auto settings = SettingsOf(*request);
    if (!settings.ok()) {
      reactor->Finish(ToGrpc(settings.status()));
      return reactor;
    }
    node_.DrainNode(*settings, [reactor, response](StatusOr<google::longrunning::Operation> operation) {
      if (operation.ok()) *response = std::move(*operation);
      reactor->Finish(ToGrpc(operation.status()));
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* UndrainNode(grpc::CallbackServerContext* context, const v1::UndrainNodeRequest*,
                                        v1::NodeView* response) override {
    auto* reactor = context->DefaultReactor();
    node_.UndrainNode(Answer(reactor, response));
    return reactor;
  }

  grpc::ServerUnaryReactor* UpgradeNode(grpc::CallbackServerContext* context,
                                        const v1::UpgradeNodeRequest* request,
                                        google::longrunning::Operation* response) override {
    auto* reactor = context->DefaultReactor();
    const auto settings = ReadSettings({}, request->deadline(), request->rate(), 0);
    if (!settings.ok()) {
      reactor->Finish(ToGrpc(settings.status()));
      return reactor;
    }
    supervisor_.UpgradeNode(
        {.path = request->path(), .drain = *settings, .validate_only = request->validate_only()},
        [reactor, response](StatusOr<google::longrunning::Operation> operation) {
          if (operation.ok()) *response = std::move(*operation);
          reactor->Finish(ToGrpc(operation.status()));
        });
    return reactor;
  }

  grpc::ServerUnaryReactor* SetLogLevel(grpc::CallbackServerContext* context,
                                        const v1::SetLogLevelRequest* request,
                                        v1::NodeView* response) override {
    auto* reactor = context->DefaultReactor();
    const auto expiry = Milliseconds("expiry", request->expiry());
    if (!expiry.ok()) {
      reactor->Finish(ToGrpc(expiry.status()));
      return reactor;
    }
    node_.SetLogLevel(request->level(), *expiry, Answer(reactor, response));
    return reactor;
  }

  grpc::ServerUnaryReactor* Shutdown(grpc::CallbackServerContext* context, const v1::ShutdownRequest*,
                                     v1::ShutdownResponse*) override {
    auto* reactor = context->DefaultReactor();
    node_.Shutdown([reactor](const Status& status) { reactor->Finish(ToGrpc(status)); });
    return reactor;
  }

  grpc::ServerUnaryReactor* WhoAmI(grpc::CallbackServerContext* context, const v1::WhoAmIRequest*,
                                   v1::WhoAmIResponse* response) override {
    auto* reactor = context->DefaultReactor();
    if (const Call* const call = Call::Of(*context)) {
      response->set_identity(call->caller().identity + ", " + call->caller().origin);
      response->set_role(std::string(config::ToString(call->caller().role)));
    }
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerWriteReactor<v1::NodeEvent>* WatchEvents(grpc::CallbackServerContext*,
                                                       const v1::WatchEventsRequest* request) override {
    auto& events = node_.events();
    auto id = std::make_shared<std::uint64_t>(0);
    EventWriter::Options options;
    options.most = kMostUnread;
    options.overflow = [](const v1::NodeEvent& last) {
      return ResourceExhausted(fmt::format("{} events were not read in time; resume with from_sequence {}",
                                           kMostUnread, last.sequence()));
    };
    options.closed = [&events, id] { events.Unwatch(*id); };
    const auto stream = EventWriter::Make(std::move(options));
    // Not finished before this method returns: gRPC calls no reaction earlier.
    *id = events.Watch(request->from_sequence(),
                       {.on_event = [stream](const v1::NodeEvent& event) { stream->Push(event); },
                        .on_end = [stream](const Status& status) { stream->End(status); }});
    return stream.get();
  }

 private:
  static constexpr std::size_t kMostUnread = 1024;

  static NodeControl::NodeDone Answer(grpc::ServerUnaryReactor* reactor, v1::NodeView* response) {
    return [reactor, response](StatusOr<v1::NodeView> node) {
      if (node.ok()) *response = std::move(*node);
      reactor->Finish(ToGrpc(node.status()));
    };
  }

  supervisor::Supervisor& supervisor_;
  NodeControl& node_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeNodeService(supervisor::Supervisor& supervisor) {
  return std::make_unique<NodeService>(supervisor);
}

}  // namespace wampgate::management
