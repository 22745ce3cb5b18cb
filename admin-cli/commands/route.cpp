// route list, get, create, update and delete; resolve is in route_resolve.cpp.

#include <wampgate/v1/route_service.grpc.pb.h>

#include <map>

#include "object_commands.hpp"

namespace wampgate::ctl {
namespace {

struct RouteNoun {
  using Service = v1::RouteService;
  using Stub = Service::Stub;
  using View = v1::RouteView;
  using Result = v1::RouteResult;
  using ListRequest = v1::ListRoutesRequest;
  using ListResponse = v1::ListRoutesResponse;
  using GetRequest = v1::GetRouteRequest;
  using CreateRequest = v1::CreateRouteRequest;
  using UpdateRequest = v1::UpdateRouteRequest;
  using DeleteRequest = v1::DeleteRouteRequest;

  static constexpr const char* kNoun = "route";
  static constexpr const char* kHelp = "Which backends serve a realm and role";
  static constexpr const char* kShape = "WORKER/REALM/ROLE";
  static constexpr const char* kExampleName = "edge/realm1/anonymous";
  static constexpr const char* kExample = R"(["router1", "router2"])";
  static constexpr const char* kFilter = "realm = realm1";
  static constexpr const char* kAll = "workers/-";
  static constexpr int kParentParts = 1;
  static Collections Names() { return {"workers", "routes", ""}; }

  static std::vector<std::string> Headings() { return {"ROUTE", "REALM", "ROLE", "BACKENDS"}; }
  static std::vector<std::string> Row(const View& view) {
    std::string backends;
    const auto add = [&](const std::string& text) { backends += (backends.empty() ? "" : ", ") + text; };
    for (const std::string& id : view.route().connections()) add(id);
    const auto& targets = view.route().targets();
    for (const auto& [id, target] : std::map<std::string, v1::RouteTarget>(targets.begin(), targets.end())) {
      const std::string weight = target.has_weight() ? " " + std::to_string(target.weight()) : "";
      add(id + weight + (target.backup() ? " backup" : ""));
    }
    return {ShortName(view.name()), view.realm(), view.role(), backends};
  }
  static Cells WideHeadings() { return {"NAME", "ETAG"}; }
  static Cells WideRow(const View& view) { return {view.name(), view.etag()}; }
  static auto& Views(ListResponse& response) { return *response.mutable_routes(); }
  static const View& ViewOf(const Result& result) { return result.route(); }
  static bool SetName(const std::string& typed, CreateRequest& request) {
    const auto name = FullName(typed, Names());
    if (!name) return false;
    const std::string above = name->substr(0, name->rfind('/'));
    request.set_parent(ParentOf(above));
    request.set_realm(Decode(LastPart(above)));
    request.set_role(Decode(LastPart(*name)));
    return true;
  }
  static void AddFlags(CLI::App& /*command*/, ObjectFlags& /*flags*/) {}

  static constexpr auto kList = &Stub::ListRoutes;
  static constexpr auto kGet = &Stub::GetRoute;
  static constexpr auto kCreate = &Stub::CreateRoute;
  static constexpr auto kUpdate = &Stub::UpdateRoute;
  static constexpr auto kDelete = &Stub::DeleteRoute;
};

}  // namespace

void AddRouteCommands(CLI::App& app, Invocation& invocation) {
  ObjectCommands<RouteNoun>::Add(app, invocation);
  AddRouteResolve(*app.get_subcommand(RouteNoun::kNoun), invocation);
}

}  // namespace wampgate::ctl
