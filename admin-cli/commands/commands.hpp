#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "address.hpp"
#include "client.hpp"
#include "printer.hpp"

namespace wampgate::ctl {

/// What the global flags say, and the command line's choice: `run` is set by the subcommand that was named.
struct Invocation {
  Target target;
  Output output = Output::kTable;
  bool wide = false;       ///< tables with more columns
  bool needs_node = true;  ///< the target is to be found first
  std::function<ExitCode()> run;
};

/// Each adds the subcommands of one noun. `invocation` and `address` outlive `app`.
void AddConfigCommands(CLI::App& app, Invocation& invocation);
void AddRevisionCommands(CLI::App& app, Invocation& invocation);
void AddEditCommand(CLI::App& app, Invocation& invocation);
void AddWatchCommand(CLI::App& app, Invocation& invocation);
void AddNodeCommands(CLI::App& app, Invocation& invocation);
void AddOperationCommands(CLI::App& app, Invocation& invocation);
void AddSessionCommands(CLI::App& app, Invocation& invocation);
void AddTransportCommands(CLI::App& app, Invocation& invocation);
void AddPathCommands(CLI::App& app, Invocation& invocation);
void AddBackendCommands(CLI::App& app, Invocation& invocation);
void AddRouteCommands(CLI::App& app, Invocation& invocation);
/// To the noun.
void AddRouteResolve(CLI::App& route, Invocation& invocation);
void AddWorkerCommands(CLI::App& app, Invocation& invocation);
void AddProcessCommands(CLI::App& app, Invocation& invocation);
void AddCertificateCommands(CLI::App& app, Invocation& invocation);
void AddStatusCommand(CLI::App& app, Invocation& invocation);
void AddTopCommand(CLI::App& app, Invocation& invocation);
void AddContextCommands(CLI::App& app, Invocation& invocation, const AddressOptions& address);
void AddCompletionCommand(CLI::App& app, Invocation& invocation);

}  // namespace wampgate::ctl
