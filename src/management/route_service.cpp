#include <fmt/format.h>
#include <wampgate/v1/route_service.grpc.pb.h>

#include <charconv>

#include "management/object_service.hpp"
#include "management/services.hpp"
#include "management/session_listing.hpp"

namespace wampgate::management {
namespace {

struct RouteNoun {
  using View = v1::RouteView;
  static constexpr auto kKind = config::ObjectName::Kind::kRoute;
  static constexpr const char* kList = "routes";
  static auto* Views(v1::ListRoutesResponse& response) { return response.mutable_routes(); }
  static View* ViewOf(v1::RouteResult& result) { return result.mutable_route(); }
  static const auto& ObjectOf(const View& view) { return view.route(); }
  template <typename Request>
  static void Give(const Request& request, v1::ObjectChange& change) {
    if (request.has_text()) {
      *change.mutable_text() = request.text();
    } else if (request.has_route()) {
      *change.mutable_route() = request.route();
    }
  }
};

constexpr std::chrono::seconds kAskDeadline{5};

/// "workers/w", "workers/-" or "workers/w/processes/0".
StatusOr<supervisor::ProcessSelector> ProcessesOf(const std::string& parent) {
  constexpr std::string_view kProcesses = "/processes/";
  const std::size_t at = parent.find(kProcesses);
  if (at == std::string::npos) return SelectorOf(parent);
  auto selector = SelectorOf(parent.substr(0, at));
  const std::string_view index = std::string_view(parent).substr(at + kProcesses.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
  const bool is_number = error == std::errc() && end == index.data() + index.size();
  if (!selector.ok() || selector->worker.empty() || !is_number) {
    return InvalidArgument(
        fmt::format("parent: expected workers/{{worker}}, workers/{{worker}}/processes/{{index}}, or "
                    "workers/- for all, found {}",
                    config::Quote(parent)));
  }
  selector->process = number;
  return selector;
}

v1::RouteDecision DecisionOf(const supervisor::ProcessAnswer& answer) {
  v1::RouteDecision decision = answer.answer.decision();
  decision.set_process(answer.process);
  if (!answer.status.ok()) decision.set_error(std::string(Message(answer.status)));
  return decision;
}

class RouteService final : public v1::RouteService::CallbackService {
 public:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  explicit RouteService(supervisor::Supervisor& supervisor) : supervisor_(supervisor), calls_(supervisor) {}

  Reactor* GetRoute(Context* context, const v1::GetRouteRequest* request, v1::RouteView* view) override {
    return calls_.Get(context, request, view);
  }
  Reactor* ListRoutes(Context* context, const v1::ListRoutesRequest* request,
                      v1::ListRoutesResponse* response) override {
    return calls_.List(context, request, response);
  }
  Reactor* CreateRoute(Context* context, const v1::CreateRouteRequest* request,
                       v1::RouteResult* result) override {
    const auto parent = ParseName("parent", request->parent(), config::ObjectName::Kind::kWorker);
    if (!parent.ok()) return calls_.Refuse(context, parent.status());
    if (request->realm().empty()) return calls_.Refuse(context, InvalidArgument("realm: required"));
    if (request->role().empty()) return calls_.Refuse(context, InvalidArgument("role: required"));
    const config::ObjectName name{.kind = RouteNoun::kKind,
                                  .worker = parent->worker,
                                  .realm = request->realm(),
                                  .role = request->role()};
    return calls_.CreateNamed(context, request, name.ToString(), result);
  }
  Reactor* UpdateRoute(Context* context, const v1::UpdateRouteRequest* request,
                       v1::RouteResult* result) override {
    return calls_.Update(context, request, result);
  }
  Reactor* DeleteRoute(Context* context, const v1::DeleteRouteRequest* request,
                       v1::ApplyResult* result) override {
    return calls_.Delete(context, request, result);
  }

  Reactor* ResolveRoute(Context* context, const v1::ResolveRouteRequest* request,
                        v1::ResolveRouteResponse* response) override {
    const auto selector = ProcessesOf(request->parent());
    if (!selector.ok()) return calls_.Refuse(context, selector.status());
    if (request->realm().empty()) return calls_.Refuse(context, InvalidArgument("realm: required"));
    if (request->role().empty()) return calls_.Refuse(context, InvalidArgument("role: required"));
    auto* reactor = context->DefaultReactor();
    internal::Query query;
    query.mutable_resolve_route()->set_realm(request->realm());
    query.mutable_resolve_route()->set_role(request->role());
    supervisor_.Ask(*selector, std::move(query), kAskDeadline,
                    [reactor, response](const StatusOr<std::vector<supervisor::ProcessAnswer>>& answers) {
                      if (answers.ok()) {
                        for (const auto& answer : *answers) *response->add_decisions() = DecisionOf(answer);
                      }
                      reactor->Finish(ToGrpc(answers.status()));
                    });
    return reactor;
  }

 private:
  supervisor::Supervisor& supervisor_;
  ObjectCalls<RouteNoun> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRouteService(supervisor::Supervisor& supervisor) {
  return std::make_unique<RouteService>(supervisor);
}

}  // namespace wampgate::management
