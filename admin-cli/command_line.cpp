#include "command_line.hpp"

#include <algorithm>

#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

void SetOutput(const std::string& form, Invocation& invocation) {
  invocation.wide = form == "wide";
  invocation.output = form == "json"   ? Output::kJson
                      : form == "yaml" ? Output::kYaml
                      : form == "name" ? Output::kName
                                       : Output::kTable;
}

/// What an option takes, for people: CLI11 says "UINT" and "TEXT:{keep,close}=keep".
void DescribeValues(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    const std::string type = option->get_type_name(), base = type.substr(0, type.find(':'));
    const std::size_t open = type.find('{');
    if (!option->get_option_text().empty()) continue;
    if (open != std::string::npos) {
      std::string words = type.substr(open + 1, type.find('}') - open - 1);
      std::replace(words.begin(), words.end(), ',', '|');
      const std::string otherwise = option->get_default_str();
      option->option_text(otherwise.empty() ? words : words + " [" + otherwise + "]");
    } else if (type.ends_with(":POSITIVE")) {
      option->option_text(option->get_required() ? "NUMBER REQUIRED" : "NUMBER");
    } else if (base == "UINT" || base == "INT" || base == "FLOAT") {
      option->type_name("NUMBER");
    }
  }
  for (CLI::App* below : command.get_subcommands([](CLI::App*) { return true; })) DescribeValues(*below);
}

}  // namespace

CommandLine::CommandLine()
    : app_(
          "Administers a running wampgate node over its Unix socket, or over TCP.\n"
          "Exit codes: 0 done, 1 error, 2 diff found changes, 3 conflict with another change, 4 timeout, "
          "5 not allowed.",
          "wampgatectl") {
  app_.set_version_flag("--version", WAMPGATE_VERSION);
  app_.require_subcommand(1);
  app_.fallthrough();
  app_.footer("Example: wampgatectl status\nEvery command explains itself: wampgatectl apply --help");
  AddAddressOptions(app_, address_);
  app_.add_option("--timeout", invocation_.target.timeout, "How long an answer may take, in seconds")
      ->option_text("1...3600 [30]")
      ->check(CLI::Range(1, 3600));
  app_.add_option_function<std::string>(
          "-o,--output", [this](const std::string& form) { SetOutput(form, invocation_); },
          "Form of the answer; wide: a table with more columns")
      ->check(CLI::IsMember({"table", "wide", "json", "yaml", "name"}))
      ->option_text("table|wide|json|yaml|name");
  AddConfigCommands(app_, invocation_);
  AddEditCommand(app_, invocation_);
  AddRevisionCommands(app_, invocation_);
  AddWatchCommand(app_, invocation_);
  AddWorkerCommands(app_, invocation_);
  AddProcessCommands(app_, invocation_);
  AddTransportCommands(app_, invocation_);
  AddPathCommands(app_, invocation_);
  AddBackendCommands(app_, invocation_);
  AddRouteCommands(app_, invocation_);
  AddNodeCommands(app_, invocation_);
  AddOperationCommands(app_, invocation_);
  AddSessionCommands(app_, invocation_);
  AddStatusCommand(app_, invocation_);
  AddTopCommand(app_, invocation_);
  AddCertificateCommands(app_, invocation_);
  AddContextCommands(app_, invocation_, address_);
  AddCompletionCommand(app_, invocation_);
  DescribeValues(app_);
}

int CommandLine::Run(const std::vector<std::string>& words) {
  std::vector<std::string> reversed(words.rbegin(), words.rend());  // as CLI11 takes them
  try {
    app_.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return app_.exit(error) == 0 ? kOk : kError;
  }
  if (invocation_.needs_node) {
    if (const auto wrong = FindNode(address_, invocation_.target)) {
      PrintError(*wrong);
      return kError;
    }
  }
  return invocation_.run();
}

}  // namespace wampgate::ctl
