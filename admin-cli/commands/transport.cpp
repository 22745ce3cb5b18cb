// transport list, get, create, update and delete.

#include <wampgate/v1/transport_service.grpc.pb.h>

#include "object_commands.hpp"

namespace wampgate::ctl {
namespace {

struct TransportNoun {
  using Service = v1::TransportService;
  using Stub = Service::Stub;
  using View = v1::TransportView;
  using Result = v1::TransportResult;
  using ListRequest = v1::ListTransportsRequest;
  using ListResponse = v1::ListTransportsResponse;
  using GetRequest = v1::GetTransportRequest;
  using CreateRequest = v1::CreateTransportRequest;
  using UpdateRequest = v1::UpdateTransportRequest;
  using DeleteRequest = v1::DeleteTransportRequest;

  static constexpr const char* kNoun = "transport";
  static constexpr const char* kHelp = "Listeners: where clients connect";
  static constexpr const char* kShape = "WORKER/TRANSPORT";
  static constexpr const char* kExampleName = "edge/web";
  static constexpr const char* kExample =
      R"({"type": "rawsocket", "endpoint": {"type": "tcp", "port": 9000}})";
  static constexpr const char* kFilter = "state = not_serving";
  static constexpr const char* kAll = "workers/-";
  static constexpr int kParentParts = 1;
  static Collections Names() { return {"workers", "transports"}; }

  static std::vector<std::string> Headings() { return {"TRANSPORT", "TYPE", "STATE", "ADDRESS", "SESSIONS"}; }
  static std::vector<std::string> Row(const View& view) {
    return {ShortName(view.name()), view.type(), EnumText(View::State_Name(view.state())),
            view.address().empty() ? "-" : view.address(), std::to_string(view.sessions())};
  }
  static Cells WideHeadings() { return {"NAME", "ETAG"}; }
  static Cells WideRow(const View& view) { return {view.name(), view.etag()}; }
  static auto& Views(ListResponse& response) { return *response.mutable_transports(); }
  static const View& ViewOf(const Result& result) { return result.transport(); }
  static bool SetName(const std::string& typed, CreateRequest& request) {
    const auto name = FullName(typed, Names());
    if (!name && FullName(typed, {"workers"})) {  // the transport's own id, or its address
      request.set_parent(*FullName(typed, {"workers"}));
      return true;
    }
    if (!name) return false;
    request.set_parent(ParentOf(*name));
    request.set_transport_id(Decode(LastPart(*name)));
    return true;
  }
  static void AddFlags(CLI::App& /*command*/, ObjectFlags& /*flags*/) {}

  static grpc::Status List(Stub& stub, grpc::ClientContext* context, const ListRequest& request,
                           ListResponse& response) {
    return stub.ListTransports(context, request, &response);
  }
  static grpc::Status Get(Stub& stub, grpc::ClientContext* context, const GetRequest& request, View& view) {
    return stub.GetTransport(context, request, &view);
  }
  static grpc::Status Create(Stub& stub, grpc::ClientContext* context, const CreateRequest& request,
                             Result& result) {
    return stub.CreateTransport(context, request, &result);
  }
  static grpc::Status Update(Stub& stub, grpc::ClientContext* context, const UpdateRequest& request,
                             Result& result) {
    return stub.UpdateTransport(context, request, &result);
  }
  static grpc::Status Delete(Stub& stub, grpc::ClientContext* context, const DeleteRequest& request,
                             v1::ApplyResult& result) {
    return stub.DeleteTransport(context, request, &result);
  }
};

}  // namespace

void AddTransportCommands(CLI::App& app, Invocation& invocation) {
  ObjectCommands<TransportNoun>::Add(app, invocation);
}

}  // namespace wampgate::ctl
