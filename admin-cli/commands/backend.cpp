// backend list, get, create, update and delete; what else it does is in backend_verbs.cpp.

#include <wampgate/v1/backend_service.grpc.pb.h>

#include "commands/backend_text.hpp"
#include "object_commands.hpp"

namespace wampgate::ctl {
namespace {

struct BackendNoun {
  using Service = v1::BackendService;
  using Stub = Service::Stub;
  using View = v1::BackendView;
  using Result = v1::BackendResult;
  using ListRequest = v1::ListBackendsRequest;
  using ListResponse = v1::ListBackendsResponse;
  using GetRequest = v1::GetBackendRequest;
  using CreateRequest = v1::CreateBackendRequest;
  using UpdateRequest = v1::UpdateBackendRequest;
  using DeleteRequest = v1::DeleteBackendRequest;

  static constexpr const char* kNoun = "backend";
  static constexpr const char* kHelp = "Routers behind the node";
  static constexpr const char* kShape = "WORKER/BACKEND";
  static constexpr const char* kExampleName = "edge/router2";
  static constexpr const char* kExample =
      R"({"transport": {"type": "rawsocket", "url": "rs://localhost", "endpoint": {"type": "unix", "path": "router2.sock"}}})";
  static constexpr const char* kFilter = "health = down AND state = active";
  static constexpr const char* kAll = "workers/-";
  static constexpr int kParentParts = 1;
  static Collections Names() { return {"workers", "backends"}; }

  static std::vector<std::string> Headings() { return BackendHeadings(); }
  static std::vector<std::string> Row(const View& view) { return BackendRow(view); }
  static Cells WideHeadings() { return BackendWideHeadings(); }
  static Cells WideRow(const View& view) { return BackendWideRow(view); }
  static auto& Views(ListResponse& response) { return *response.mutable_backends(); }
  static const View& ViewOf(const Result& result) { return result.backend(); }
  static bool SetName(const std::string& typed, CreateRequest& request) {
    const auto name = FullName(typed, Names());
    if (!name) return false;
    request.set_parent(ParentOf(*name));
    request.set_backend_id(Decode(LastPart(*name)));
    return true;
  }
  static void AddFlags(CLI::App& command, ObjectFlags& flags) {
    command.add_flag("--worker-backend", flags.worker_backend,
                     "An element of the worker's `backends`, for clients that the router authenticates");
  }

  static constexpr auto kList = &Stub::ListBackends;
  static constexpr auto kGet = &Stub::GetBackend;
  static constexpr auto kCreate = &Stub::CreateBackend;
  static constexpr auto kUpdate = &Stub::UpdateBackend;
  static constexpr auto kDelete = &Stub::DeleteBackend;
};

}  // namespace

void AddBackendCommands(CLI::App& app, Invocation& invocation) {
  ObjectCommands<BackendNoun>::Add(app, invocation);
  AddBackendVerbs(*app.get_subcommand(BackendNoun::kNoun), invocation);
}

}  // namespace wampgate::ctl
