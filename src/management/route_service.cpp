#include <wampgate/v1/route_service.grpc.pb.h>

#include "management/object_service.hpp"
#include "management/services.hpp"

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

class RouteService final : public v1::RouteService::CallbackService {
 public:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  explicit RouteService(supervisor::Supervisor& supervisor) : calls_(supervisor) {}

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

 private:
  ObjectCalls<RouteNoun> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRouteService(supervisor::Supervisor& supervisor) {
  return std::make_unique<RouteService>(supervisor);
}

}  // namespace wampgate::management
