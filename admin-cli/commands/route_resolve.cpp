// route resolve.

#include <wampgate/v1/route_service.grpc.pb.h>

#include <memory>

#include "commands/commands.hpp"
#include "object_name.hpp"

namespace wampgate::ctl {
namespace {

struct ResolveFlags {
  std::string realm;
  std::string role = "anonymous";
  std::string worker = "-";
  std::string process;
};

std::string WhyOf(const v1::RouteDecision::Target& target) {
  if (!target.next()) return target.reason();
  return target.reason().empty() ? "next" : "next: " + target.reason();
}

void AddRows(const v1::RouteDecision& decision, Table& table) {
  const std::string process = ShortName(decision.process());
  if (decision.targets().empty()) {
    const std::string why = decision.error().empty() ? decision.reason() : decision.error();
    return table.Add({process, "-", "-", "-", "-", "-", "-", why});
  }
  for (const v1::RouteDecision::Target& target : decision.targets()) {
    table.Add({process, ShortName(target.backend()),
               std::to_string(target.weight()) + (target.backup() ? " backup" : ""),
               EnumText(v1::BackendProcess::State_Name(target.state())),
               EnumText(v1::BackendProcess::Health_Name(target.health())), std::to_string(target.sessions()),
               target.usable() ? "yes" : "no", WhyOf(target)});
  }
}

ExitCode Resolve(const Invocation& invocation, const ResolveFlags& flags) {
  v1::ResolveRouteRequest request;
  request.set_parent("workers/" + flags.worker +
                     (flags.process.empty() ? "" : "/processes/" + flags.process));
  request.set_realm(flags.realm);
  request.set_role(flags.role);
  v1::ResolveRouteResponse response;
  const auto stub = v1::RouteService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->ResolveRoute(context.get(), request, &response); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output != Output::kTable) {
    Print(invocation.output, AsJson(response));
    return kOk;
  }
  Table table({"PROCESS", "BACKEND", "WEIGHT", "STATE", "HEALTH", "SESSIONS", "USABLE", "WHY"});
  for (const v1::RouteDecision& decision : response.decisions()) AddRows(decision, table);
  table.Print();
  return kOk;
}

}  // namespace

void AddRouteResolve(CLI::App& route, Invocation& invocation) {
  auto flags = std::make_shared<ResolveFlags>();
  auto* resolve = route.add_subcommand(
      "resolve", "Where a session of a realm and role would go now, and why, process by process");
  resolve->add_option("realm", flags->realm, "As the client asks for it")->required();
  resolve->add_option("role", flags->role, "That the client gets")->option_text("[anonymous]");
  resolve->add_option("--worker", flags->worker, "Only this one")->option_text("WORKER");
  resolve->add_option("--process", flags->process, "Only this one of the worker")->option_text("INDEX");
  resolve->footer("Example: wampgatectl route resolve realm1 user --worker edge");
  resolve->callback([&invocation, flags] {
    invocation.run = [&invocation, flags] { return Resolve(invocation, *flags); };
  });
}

}  // namespace wampgate::ctl
