#include <iostream>

#include "address.hpp"
#include "commands/commands.hpp"

int main(int argc, char** argv) {
  wampgate::ctl::Invocation invocation;
  wampgate::ctl::AddressOptions address;
  CLI::App app(
      "Administers a running wampgate node over its Unix socket, or over TCP.\n"
      "Exit codes: 0 done, 1 error, 2 diff found changes, 3 conflict with another change, 4 timeout, "
      "5 not allowed.",
      "wampgatectl");
  app.set_version_flag("--version", WAMPGATE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  wampgate::ctl::AddAddressOptions(app, address);
  app.add_option("--timeout", invocation.target.timeout, "How long an answer may take, in seconds")
      ->option_text("1...3600 [30]")
      ->check(CLI::Range(1, 3600));
  app.add_option_function<std::string>(
         "-o,--output",
         [&invocation](const std::string& name) {
           invocation.output = name == "json"   ? wampgate::ctl::Output::kJson
                               : name == "yaml" ? wampgate::ctl::Output::kYaml
                               : name == "name" ? wampgate::ctl::Output::kName
                                                : wampgate::ctl::Output::kTable;
         },
         "Form of the answer")
      ->check(CLI::IsMember({"table", "json", "yaml", "name"}))
      ->option_text("table|json|yaml|name");
  wampgate::ctl::AddConfigCommands(app, invocation);
  wampgate::ctl::AddEditCommand(app, invocation);
  wampgate::ctl::AddRevisionCommands(app, invocation);
  wampgate::ctl::AddWatchCommand(app, invocation);
  wampgate::ctl::AddWorkerCommands(app, invocation);
  wampgate::ctl::AddTransportCommands(app, invocation);
  wampgate::ctl::AddPathCommands(app, invocation);
  wampgate::ctl::AddBackendCommands(app, invocation);
  wampgate::ctl::AddRouteCommands(app, invocation);
  wampgate::ctl::AddNodeCommands(app, invocation);
  wampgate::ctl::AddOperationCommands(app, invocation);
  wampgate::ctl::AddSessionCommands(app, invocation);
  wampgate::ctl::AddStatusCommand(app, invocation);
  wampgate::ctl::AddTopCommand(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? wampgate::ctl::kOk : wampgate::ctl::kError;
  }
  if (const auto wrong = FindNode(address, invocation.target)) {
    std::cerr << "wampgatectl: " << *wrong << "\n";
    return wampgate::ctl::kError;
  }
  return invocation.run();
}
