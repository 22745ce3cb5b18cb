#include "worker/main.hpp"

#include <fmt/core.h>

#include "check.hpp"
#include "migrate.hpp"
#include "node.hpp"
#include "options.hpp"
#include "supervisor/binary_check.hpp"

int main(int argc, char** argv) {
  using namespace wampgate::server;
  const Command command = ParseCommandLine(argc, argv);
  switch (command.kind) {
    case Command::Kind::kRun:
      return RunNode(command.run);
    case Command::Kind::kCheck:
      return CheckFile(command.check);
    case Command::Kind::kMigrate:
      return MigrateFile(command.migrate);
    case Command::Kind::kWorker:
      return wampgate::worker::RunWorker(command.worker);
    case Command::Kind::kVersion:
      fmt::print("wampgated {}\n", WAMPGATE_VERSION);
      return 0;
    case Command::Kind::kFacts:
      fmt::print("{}", wampgate::supervisor::FactsText());
      return 0;
    case Command::Kind::kExit:
      break;
  }
  return command.exit_code;
}
