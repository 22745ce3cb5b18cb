// transport list, get, create, update, delete, drain and undrain.

#include <wampgate/v1/transport_service.grpc.pb.h>

#include "drain_flags.hpp"
#include "object_commands.hpp"
#include "operation_progress.hpp"

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

  static constexpr auto kList = &Stub::ListTransports;
  static constexpr auto kGet = &Stub::GetTransport;
  static constexpr auto kCreate = &Stub::CreateTransport;
  static constexpr auto kUpdate = &Stub::UpdateTransport;
  static constexpr auto kDelete = &Stub::DeleteTransport;
};

std::string NameOf(const std::string& typed) {
  return FullName(typed, TransportNoun::Names()).value_or(typed);  // the node says what is wrong with it
}

ExitCode Drain(const Invocation& invocation, const std::string& name, const DrainFlags& flags) {
  v1::DrainTransportRequest request;
  request.set_name(NameOf(name));
  SetDrain(flags, request);
  google::longrunning::Operation operation;
  const auto stub = v1::TransportService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->DrainTransport(context.get(), request, &operation); !status.ok()) {
    return Report(status, invocation.target);
  }
  return FinishOperation(invocation, flags.wait, operation);
}

ExitCode Undrain(const Invocation& invocation, const std::string& name) {
  v1::UndrainTransportRequest request;
  request.set_name(NameOf(name));
  v1::TransportView view;
  const auto stub = v1::TransportService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->UndrainTransport(context.get(), request, &view); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output != Output::kTable) return Print(invocation.output, AsJson(view)), kOk;
  std::cout << ShortName(view.name()) << ": " << EnumText(v1::TransportView::State_Name(view.state()))
            << "\n";
  return kOk;
}

}  // namespace

void AddTransportCommands(CLI::App& app, Invocation& invocation) {
  ObjectCommands<TransportNoun>::Add(app, invocation);
  auto* noun = app.get_subcommand(TransportNoun::kNoun);
  auto* drain = noun->add_subcommand(
      "drain", "Accept nothing more there, and end its sessions one after the other, idle ones first");
  auto name = std::make_shared<std::string>();
  auto flags = std::make_shared<DrainFlags>();
  drain->add_option("name", *name, "WORKER/TRANSPORT, or the full resource name")->required();
  AddDrainFlags(*drain, *flags, "Accept there for so long before it begins");
  drain->footer("Example: wampgatectl transport drain edge/web --rate 20 --deadline 300 --wait");
  drain->callback([&invocation, name, flags] {
    invocation.run = [&invocation, name, flags] { return Drain(invocation, *name, *flags); };
  });
  auto* undrain = noun->add_subcommand("undrain", "Accept there again");
  undrain->add_option("name", *name, "WORKER/TRANSPORT, or the full resource name")->required();
  undrain->footer("Example: wampgatectl transport undrain edge/web");
  undrain->callback(
      [&invocation, name] { invocation.run = [&invocation, name] { return Undrain(invocation, *name); }; });
}

}  // namespace wampgate::ctl
