// path list, get, create, update and delete.

#include <wampgate/v1/path_service.grpc.pb.h>

#include "object_commands.hpp"

namespace wampgate::ctl {
namespace {

struct PathNoun {
  using Service = v1::PathService;
  using Stub = Service::Stub;
  using View = v1::PathView;
  using Result = v1::PathResult;
  using ListRequest = v1::ListPathsRequest;
  using ListResponse = v1::ListPathsResponse;
  using GetRequest = v1::GetPathRequest;
  using CreateRequest = v1::CreatePathRequest;
  using UpdateRequest = v1::UpdatePathRequest;
  using DeleteRequest = v1::DeletePathRequest;

  static constexpr const char* kNoun = "path";
  static constexpr const char* kHelp = "Web services by URL path";
  static constexpr const char* kShape = "WORKER/TRANSPORT/PATH";
  static constexpr const char* kExampleName = "edge/web/ws";
  static constexpr const char* kExample = R"({"type": "json", "value": {"status": "ok"}})";
  static constexpr const char* kFilter = "type = static";
  static constexpr const char* kAll = "workers/-/transports/-";
  static constexpr int kParentParts = 2;
  static Collections Names() { return {"workers", "transports", "paths"}; }

  static std::vector<std::string> Headings() { return {"PATH", "TYPE", "URL PATH", "SESSIONS"}; }
  static std::vector<std::string> Row(const View& view) {
    return {ShortName(view.name()), view.type(), view.url_path(), std::to_string(view.sessions())};
  }
  static Cells WideHeadings() { return {"NAME", "ETAG"}; }
  static Cells WideRow(const View& view) { return {view.name(), view.etag()}; }
  static auto& Views(ListResponse& response) { return *response.mutable_paths(); }
  static const View& ViewOf(const Result& result) { return result.path(); }
  static bool SetName(const std::string& typed, CreateRequest& request) {
    const auto name = FullName(typed, Names());
    if (!name) return false;
    request.set_parent(ParentOf(*name));
    request.set_path_id(Decode(LastPart(*name)));
    return true;
  }
  static void AddFlags(CLI::App& /*command*/, ObjectFlags& /*flags*/) {}

  static constexpr auto kList = &Stub::ListPaths;
  static constexpr auto kGet = &Stub::GetPath;
  static constexpr auto kCreate = &Stub::CreatePath;
  static constexpr auto kUpdate = &Stub::UpdatePath;
  static constexpr auto kDelete = &Stub::DeletePath;
};

}  // namespace

void AddPathCommands(CLI::App& app, Invocation& invocation) {
  ObjectCommands<PathNoun>::Add(app, invocation);
}

}  // namespace wampgate::ctl
