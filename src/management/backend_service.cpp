#include <fmt/format.h>
#include <wampgate/v1/backend_service.grpc.pb.h>

#include "management/backend_status.hpp"
#include "management/drain_settings.hpp"
#include "management/object_service.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

struct BackendNoun {
  using View = v1::BackendView;
  static constexpr auto kKind = config::ObjectName::Kind::kBackend;
  static constexpr const char* kList = "backends";
  static auto* Views(v1::ListBackendsResponse& response) { return response.mutable_backends(); }
  static View* ViewOf(v1::BackendResult& result) { return result.mutable_backend(); }
  static void AddStatusLater(supervisor::Supervisor& supervisor, std::vector<View*> views,
                             std::function<void()> done) {
    management::AddStatusLater(supervisor, std::move(views), std::move(done));
  }
  static const google::protobuf::Message& ObjectOf(const View& view) {
    if (view.has_connection()) return view.connection();
    return view.worker_backend();
  }
  template <typename Request>
  static void Give(const Request& request, v1::ObjectChange& change) {
    if (request.has_text()) *change.mutable_text() = request.text();
    if (request.has_connection()) *change.mutable_connection() = request.connection();
    if (request.has_worker_backend()) *change.mutable_worker_backend() = request.worker_backend();
  }
};

constexpr auto kBackend = config::ObjectName::Kind::kBackend;
constexpr std::chrono::milliseconds kLeastProbe{100}, kUsualProbe{10000}, kMostProbe{60000};
// Beyond the probe's own: what is late is the process.
constexpr std::chrono::seconds kAnswerMargin{3};

StatusOr<internal::Query> ReadProbe(const v1::ProbeBackendRequest& request) {
  internal::Query query;
  internal::ProbeBackend& probe = *query.mutable_probe_backend();
  if (request.realm().empty()) return InvalidArgument("realm: required, it is what the probe joins");
  std::chrono::milliseconds timeout = kUsualProbe;
  if (request.has_timeout()) {
    WAMPGATE_ASSIGN_OR_RETURN(timeout, Milliseconds("timeout", request.timeout()));
  }
  if (timeout < kLeastProbe || timeout > kMostProbe) {
    return InvalidArgument(fmt::format("timeout: expected 100 ms to 60 s, found {} ms", timeout.count()));
  }
  probe.set_realm(request.realm());
  probe.set_role(request.role().empty() ? "anonymous" : request.role());
  probe.set_timeout_milliseconds(static_cast<std::uint32_t>(timeout.count()));
  return query;
}

v1::BackendProbe ProbeOf(const supervisor::ProcessAnswer& answer) {
  v1::BackendProbe probe = answer.answer.probe();
  probe.set_process(answer.process);
  if (answer.status.ok()) return probe;
  probe.set_outcome(v1::BackendProbe::NOT_ASKED);
  probe.set_message(std::string(Message(answer.status)));
  return probe;
}

class BackendService final : public v1::BackendService::CallbackService {
 public:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  explicit BackendService(supervisor::Supervisor& supervisor) : supervisor_(supervisor), calls_(supervisor) {}

  Reactor* GetBackend(Context* context, const v1::GetBackendRequest* request,
                      v1::BackendView* view) override {
    return calls_.Get(context, request, view);
  }
  Reactor* ListBackends(Context* context, const v1::ListBackendsRequest* request,
                        v1::ListBackendsResponse* response) override {
    return calls_.List(context, request, response);
  }
  Reactor* CreateBackend(Context* context, const v1::CreateBackendRequest* request,
                         v1::BackendResult* result) override {
    const auto parent = ParseName("parent", request->parent(), config::ObjectName::Kind::kWorker);
    if (!parent.ok()) return calls_.Refuse(context, parent.status());
    if (request->backend_id().empty()) return calls_.Refuse(context, InvalidArgument("backend_id: required"));
    return calls_.Create(context, request, *parent, request->backend_id(), result);
  }
  Reactor* UpdateBackend(Context* context, const v1::UpdateBackendRequest* request,
                         v1::BackendResult* result) override {
    return calls_.Update(context, request, result);
  }
  Reactor* DeleteBackend(Context* context, const v1::DeleteBackendRequest* request,
                         v1::ApplyResult* result) override {
    return calls_.Delete(context, request, result);
  }

  Reactor* DrainBackend(Context* context, const v1::DrainBackendRequest* request,
                        google::longrunning::Operation* response) override {
    const auto name = ParseName("name", request->name(), kBackend);
    if (!name.ok()) return calls_.Refuse(context, name.status());
    const auto settings = SettingsOf(*request);
    if (!settings.ok()) return calls_.Refuse(context, settings.status());
    auto* reactor = context->DefaultReactor();
    supervisor_.node().DrainBackend(name->ToString(), *settings,
                                    [reactor, response](StatusOr<google::longrunning::Operation> operation) {
                                      if (operation.ok()) *response = std::move(*operation);
                                      reactor->Finish(ToGrpc(operation.status()));
                                    });
    return reactor;
  }

  Reactor* UndrainBackend(Context* context, const v1::UndrainBackendRequest* request,
                          v1::BackendView* view) override {
    const auto name = ParseName("name", request->name(), kBackend);
    if (!name.ok()) return calls_.Refuse(context, name.status());
    auto* reactor = context->DefaultReactor();
    supervisor_.node().UndrainBackend(name->ToString(), ShowAfter(*name, view, reactor));
    return reactor;
  }

  Reactor* SetBackendState(Context* context, const v1::SetBackendStateRequest* request,
                           v1::BackendView* view) override {
    const auto name = ParseName("name", request->name(), kBackend);
    if (!name.ok()) return calls_.Refuse(context, name.status());
    if (request->state() == v1::BackendProcess::STATE_UNSPECIFIED ||
        !v1::BackendProcess::State_IsValid(request->state())) {
      return calls_.Refuse(context, InvalidArgument("state: expected ACTIVE, DRAINING or MAINTENANCE"));
    }
    auto* reactor = context->DefaultReactor();
    supervisor_.node().SetBackendState(name->ToString(), request->state(), ShowAfter(*name, view, reactor));
    return reactor;
  }

  Reactor* ProbeBackend(Context* context, const v1::ProbeBackendRequest* request,
                        v1::ProbeBackendResponse* response) override {
    const auto name = ParseName("name", request->name(), kBackend);
    if (!name.ok()) return calls_.Refuse(context, name.status());
    auto query = ReadProbe(*request);
    if (!query.ok()) return calls_.Refuse(context, query.status());
    auto* reactor = context->DefaultReactor();
    supervisor_.GetRevision(
        [=, this, name = *name, query = *std::move(query)](const internal::Revision& revision) {
          const config::DocumentObjects objects(revision.node(), calls_.environment());
          if (objects.Find(name) == nullptr) {
            return reactor->Finish(ToGrpc(NotFound("there is no " + name.ToString())));
          }
          Ask(name, query, response, reactor);
        });
    return reactor;
  }

 private:
  /// Shows the backend when what was asked for is done.
  supervisor::NodeControl::Done ShowAfter(const config::ObjectName& name, v1::BackendView* view,
                                          Reactor* reactor) {
    return [this, name, view, reactor](const Status& status) {
      if (!status.ok()) return reactor->Finish(ToGrpc(status));
      calls_.Show(name, view, reactor);
    };
  }

  void Ask(const config::ObjectName& name, internal::Query query, v1::ProbeBackendResponse* response,
           Reactor* reactor) {
    query.mutable_probe_backend()->set_name(name.ToString());
    const auto deadline =
        std::chrono::milliseconds(query.probe_backend().timeout_milliseconds()) + kAnswerMargin;
    supervisor_.Ask({.worker = name.worker, .process = std::nullopt}, std::move(query), deadline,
                    [response, reactor](const StatusOr<std::vector<supervisor::ProcessAnswer>>& answers) {
                      if (answers.ok()) {
                        for (const auto& answer : *answers) *response->add_probes() = ProbeOf(answer);
                      }
                      reactor->Finish(ToGrpc(answers.status()));
                    });
  }

  supervisor::Supervisor& supervisor_;
  ObjectCalls<BackendNoun> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeBackendService(supervisor::Supervisor& supervisor) {
  return std::make_unique<BackendService>(supervisor);
}

}  // namespace wampgate::management
