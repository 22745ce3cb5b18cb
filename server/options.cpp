#include "options.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <string_view>

namespace wampgate::server {
namespace {

const std::map<std::string, log::Level> kLevels = {
    {"trace", log::Level::kTrace},     {"debug", log::Level::kDebug},  {"info", log::Level::kInfo},
    {"warning", log::Level::kWarning}, {"warn", log::Level::kWarning}, {"error", log::Level::kError},
    {"off", log::Level::kOff},         {"none", log::Level::kOff}};
const std::map<std::string, log::Format> kFormats = {{"text", log::Format::kText},
                                                     {"json", log::Format::kJson}};
const std::map<std::string, supervisor::Preference> kPreferences = {
    {"file", supervisor::Preference::kFile}, {"revision", supervisor::Preference::kRevision}};

/// An option whose value is one of a few words.
template <typename T>
void AddChoice(CLI::App& app, const std::string& name, T& value, const std::map<std::string, T>& choices,
               const std::string& description) {
  app.add_option_function<std::string>(
         name, [&value, &choices](const std::string& word) { value = choices.at(word); }, description)
      ->type_name("WORD")
      ->check(CLI::IsMember(choices).description(""));
}

CLI::App* AddRun(CLI::App& app, RunOptions& run) {
  CLI::App* command = app.add_subcommand("run",
                                         "Run a node: the supervisor and its worker processes. If the "
                                         "supervisor of the node was killed, the same "
                                         "command takes its worker processes over, with their sessions.");
  command
      ->add_option("-c,--config", run.config,
                   "Node file, JSON or YAML. Default: config.yaml or config.json in the node directory.")
      ->type_name("FILE");
  command
      ->add_option(
          "-d,--node-dir", run.node_directory,
          "Node directory: relative paths start here, and revisions are kept in its folder .wampgate. "
          "Default: the folder of --config, else the current one.")
      ->type_name("DIR");
  command
      ->add_option("--socket", run.socket,
                   "Where wampgatectl reaches the node. Default: wampgate.sock in the node directory.")
      ->type_name("FILE");
  AddChoice(*command, "--log-level", run.log_level, kLevels,
            "Least important lines to log: trace, debug, info, warning, error or off. Default: info.");
  AddChoice(*command, "--log-format", run.log_format, kFormats,
            "How log lines look: text or json. Default: text.");
  AddChoice(*command, "--prefer", run.preference, kPreferences,
            "What to run if both the file and the running configuration (over the API) were changed since "
            "the file was "
            "last applied: file or revision.");
  command->footer("");
  return command;
}

CLI::App* AddCheck(CLI::App& app, CheckOptions& check) {
  CLI::App* command = app.add_subcommand(
      "check",
      "Check a node file without running it: print every problem (exit code 1), or what would run (0).");
  command->add_option("FILE", check.file, "Node file, JSON or YAML.")->required()->type_name("");
  command
      ->add_option("-d,--node-dir", check.node_directory,
                   "Where relative paths start. Default: the folder of FILE.")
      ->type_name("DIR");
  command->footer("");
  return command;
}

CLI::App* AddMigrate(CLI::App& app, MigrateOptions& migrate) {
  CLI::App* command = app.add_subcommand(
      "migrate",
      "Split a Crossbar node file into wampgate.json (its proxy workers) and crossbar.json (the rest), and "
      "say what is not carried over. FILE stays as it is. Exit codes: 0 done, 1 the file has errors or "
      "nothing that wampgate can run, 2 the files cannot be written; nothing is written then.");
  command->add_option("FILE", migrate.file, "Crossbar's node file, JSON or YAML.")->required();
  command
      ->add_option("-o,--output-dir", migrate.output_directory,
                   "Folder for the two files; made if its parent exists. Default: the folder of FILE.")
      ->type_name("DIR");
  command
      ->add_option("-d,--node-dir", migrate.node_directory,
                   "Crossbar's node directory: where relative paths start and key.pub lies. Default: the "
                   "folder of FILE.")
      ->type_name("DIR");
  command->add_flag("--force", migrate.force, "Replace wampgate.json and crossbar.json if they exist.");
  command->footer("");
  return command;
}

/// For the supervisor only, so it is not in the help.
CLI::App* AddWorker(CLI::App& app, worker::WorkerArguments& arguments) {
  CLI::App* command = app.add_subcommand("worker", "A worker process.")->group("");
  command->add_option("--control", arguments.control_socket)->required();
  command->add_option("--worker", arguments.worker)->required();
  command->add_option("--process", arguments.process)->required();
  command->add_option("--generation", arguments.generation)->required();
  command->add_option("--node-dir", arguments.node_directory)->required();
  AddChoice(*command, "--log-level", arguments.log_level, kLevels, "");
  AddChoice(*command, "--log-format", arguments.log_format, kFormats, "");
  return command;
}

}  // namespace

Command ParseCommandLine(int argc, char** argv) {
  Command command;
  // `facts ARGUMENTS`: what this binary is, if it understands these.
  if (argc > 2 && std::string_view(argv[1]) == "facts") {
    const Command other = ParseCommandLine(argc - 1, argv + 1);
    if (other.kind == Command::Kind::kRun) command.kind = Command::Kind::kFacts;
    return command;
  }
  CLI::App app("wampgate: an edge node for WAMP. Clients reach WAMP routers through it.", "wampgated");
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "Print this help.");
  app.footer(
      "wampgated COMMAND --help explains a command. Signals: SIGTERM ends sessions and exits, a second one "
      "exits at "
      "once; SIGHUP applies the node file again.");
  const CLI::App* run = AddRun(app, command.run);
  const CLI::App* check = AddCheck(app, command.check);
  const CLI::App* migrate = AddMigrate(app, command.migrate);
  const CLI::App* worker = AddWorker(app, command.worker);
  app.add_subcommand("version", "Print the version.");
  // For a supervisor that is to be upgraded to this binary, so it is not in the help.
  const CLI::App* facts = app.add_subcommand("facts", "What this binary is.")->group("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    command.exit_code = app.exit(error) == 0 ? 0 : 2;
    return command;
  }
  if (run->parsed()) {
    command.kind = Command::Kind::kRun;
  } else if (check->parsed()) {
    command.kind = Command::Kind::kCheck;
  } else if (migrate->parsed()) {
    command.kind = Command::Kind::kMigrate;
  } else if (worker->parsed()) {
    command.kind = Command::Kind::kWorker;
  } else if (facts->parsed()) {
    command.kind = Command::Kind::kFacts;
  } else {
    command.kind = Command::Kind::kVersion;
  }
  return command;
}

}  // namespace wampgate::server
