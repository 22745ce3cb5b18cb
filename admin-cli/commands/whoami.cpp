// whoami: who the node takes the caller for.

#include <wampgate/v1/node_service.grpc.pb.h>

#include <iostream>

#include "commands/commands.hpp"

namespace wampgate::ctl {
namespace {

ExitCode WhoAmI(const Invocation& invocation) {
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  v1::WhoAmIResponse answer;
  const grpc::Status status = stub->WhoAmI(context.get(), {}, &answer);
  if (!status.ok()) return Report(status, invocation.target);
  if (invocation.output != Output::kTable) {
    Print(invocation.output, AsJson(answer));
  } else {
    std::cout << answer.identity() << "\nrole " << answer.role() << "\n";
  }
  return kOk;
}

}  // namespace

void AddWhoAmICommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("whoami", "Who the node takes you for, and your role")
                          ->footer("Example: wampgatectl whoami -o json");
  command->callback([&invocation] { invocation.run = [&invocation] { return WhoAmI(invocation); }; });
}

}  // namespace wampgate::ctl
