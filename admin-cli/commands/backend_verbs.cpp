// backend drain, undrain, set-state and probe.

#include <google/protobuf/util/time_util.h>
#include <wampgate/v1/backend_service.grpc.pb.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "commands/backend_text.hpp"
#include "commands/commands.hpp"
#include "drain_flags.hpp"
#include "object_name.hpp"
#include "operation_progress.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

using google::protobuf::util::TimeUtil;
using Backends = v1::BackendService;

struct ProbeFlags {
  std::string name;
  std::string realm;
  std::string role;
  double within = 10;
};

const std::map<std::string, v1::BackendProcess::State>& States() {
  static const std::map<std::string, v1::BackendProcess::State> states = {
      {"active", v1::BackendProcess::ACTIVE},
      {"draining", v1::BackendProcess::DRAINING},
      {"maintenance", v1::BackendProcess::MAINTENANCE}};
  return states;
}

std::string Text(const google::protobuf::Duration& duration) {
  return Milliseconds(static_cast<double>(TimeUtil::DurationToMicroseconds(duration)) / 1000);
}

std::optional<std::string> NameOf(const std::string& typed) {
  auto name = FullName(typed, {"workers", "backends"});
  if (!name) {
    PrintError("expected WORKER/BACKEND, found \"" + typed + "\" (a '/' within a part is written %2F)");
  }
  return name;
}

void AddName(CLI::App& command, std::string& name) {
  command.add_option("name", name, "WORKER/BACKEND, or the full resource name")->required();
}

ExitCode Show(const Invocation& invocation, const grpc::Status& status, const v1::BackendView& view) {
  if (!status.ok()) return Report(status, invocation.target);
  if (invocation.output == Output::kName) {
    PrintName(view.name());
  } else if (invocation.output == Output::kTable) {
    Table table(Widened(BackendHeadings(), invocation.wide, BackendWideHeadings()));
    table.Add(Widened(BackendRow(view), invocation.wide, BackendWideRow(view)));
    table.Print();
  } else {
    Print(invocation.output, AsJson(view));
  }
  return kOk;
}

ExitCode Drain(const Invocation& invocation, const std::string& typed, const DrainFlags& flags) {
  const auto name = NameOf(typed);
  if (!name) return kError;
  v1::DrainBackendRequest request;
  request.set_name(*name);
  SetDrain(flags, request);
  google::longrunning::Operation operation;
  const auto stub = Backends::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->DrainBackend(context.get(), request, &operation); !status.ok()) {
    return Report(status, invocation.target);
  }
  return FinishOperation(invocation, flags.wait, operation);
}

ExitCode Undrain(const Invocation& invocation, const std::string& typed) {
  const auto name = NameOf(typed);
  if (!name) return kError;
  v1::UndrainBackendRequest request;
  request.set_name(*name);
  v1::BackendView view;
  const auto stub = Backends::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  return Show(invocation, stub->UndrainBackend(context.get(), request, &view), view);
}

ExitCode SetState(const Invocation& invocation, const std::string& typed, const std::string& state) {
  const auto name = NameOf(typed);
  if (!name) return kError;
  v1::SetBackendStateRequest request;
  request.set_name(*name);
  request.set_state(States().at(state));
  v1::BackendView view;
  const auto stub = Backends::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  return Show(invocation, stub->SetBackendState(context.get(), request, &view), view);
}

void PrintProbes(const v1::ProbeBackendResponse& response) {
  Table table({"PROCESS", "OUTCOME", "STAGE", "CONNECT", "JOIN", "LEAVE", "WHAT THE ROUTER SAID"});
  for (const v1::BackendProbe& probe : response.probes()) {
    const bool asked = probe.outcome() != v1::BackendProbe::NOT_ASKED;
    const std::string both = probe.reason().empty() || probe.message().empty() ? "" : ": ";
    table.Add({ShortName(probe.process()), EnumText(v1::BackendProbe::Outcome_Name(probe.outcome())),
               asked ? probe.stage() : "-", asked ? Text(probe.connect_time()) : "-",
               asked ? Text(probe.join_time()) : "-", asked ? Text(probe.leave_time()) : "-",
               probe.reason() + both + probe.message()});
  }
  table.Print();
}

ExitCode Probe(const Invocation& invocation, const ProbeFlags& flags) {
  const auto name = NameOf(flags.name);
  if (!name) return kError;
  v1::ProbeBackendRequest request;
  request.set_name(*name);
  request.set_realm(flags.realm);
  request.set_role(flags.role);
  *request.mutable_timeout() = Seconds(flags.within);
  v1::ProbeBackendResponse response;
  const auto stub = Backends::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->ProbeBackend(context.get(), request, &response); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output == Output::kTable) {
    PrintProbes(response);
  } else {
    Print(invocation.output, AsJson(response));
  }
  const auto is_good = [](const v1::BackendProbe& probe) {
    return probe.outcome() == v1::BackendProbe::JOINED || probe.outcome() == v1::BackendProbe::CHALLENGED;
  };
  const bool good =
      response.probes_size() > 0 && std::all_of(response.probes().begin(), response.probes().end(), is_good);
  return good ? kOk : kError;
}

void AddProbe(CLI::App& backend, Invocation& invocation) {
  auto flags = std::make_shared<ProbeFlags>();
  auto* probe = backend.add_subcommand(
      "probe",
      "Join a realm through it and leave, in each process of its worker; exits with 1 unless all could");
  AddName(*probe, flags->name);
  probe->add_option("--realm", flags->realm, "What to join")->required();
  probe->add_option("--role", flags->role, "In which role, where wampgate joins for clients")
      ->option_text("ROLE [anonymous]");
  probe->add_option("--within", flags->within, "How long it may take")->option_text("SECONDS [10]");
  probe->footer("Example: wampgatectl backend probe edge/router2 --realm realm1 --role user");
  probe->callback(
      [&invocation, flags] { invocation.run = [&invocation, flags] { return Probe(invocation, *flags); }; });
}

}  // namespace

void AddBackendVerbs(CLI::App& backend, Invocation& invocation) {
  auto name = std::make_shared<std::string>();
  auto flags = std::make_shared<DrainFlags>();
  auto* drain = backend.add_subcommand(
      "drain", "Take it out of service: it gets no new sessions, and those it has end, idle ones first");
  AddName(*drain, *name);
  AddDrainFlags(*drain, *flags, "Leave its sessions alone for so long");
  drain->footer("Example: wampgatectl backend drain edge/router1 --lame-duck 60 --rate 20 --wait");
  drain->callback([&invocation, name, flags] {
    invocation.run = [&invocation, name, flags] { return Drain(invocation, *name, *flags); };
  });

  auto undrained = std::make_shared<std::string>();
  auto* undrain = backend.add_subcommand("undrain", "Give it new sessions again");
  AddName(*undrain, *undrained);
  undrain->footer("Example: wampgatectl backend undrain edge/router1");
  undrain->callback([&invocation, undrained] {
    invocation.run = [&invocation, undrained] { return Undrain(invocation, *undrained); };
  });

  auto subject = std::make_shared<std::string>();
  auto state = std::make_shared<std::string>();
  auto* set_state = backend.add_subcommand(
      "set-state", "Say whether it gets new sessions; its present ones are left alone. Lasts over restarts");
  AddName(*set_state, *subject);
  set_state->add_option("state", *state, "Only an active one gets new sessions")
      ->required()
      ->check(CLI::IsMember({"active", "draining", "maintenance"}))
      ->option_text("active|draining|maintenance");
  set_state->footer("Example: wampgatectl backend set-state edge/router1 maintenance");
  set_state->callback([&invocation, subject, state] {
    invocation.run = [&invocation, subject, state] { return SetState(invocation, *subject, *state); };
  });
  AddProbe(backend, invocation);
}

}  // namespace wampgate::ctl
