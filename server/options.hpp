#pragma once

#include <chrono>
#include <string>

#include "base/log.hpp"
#include "supervisor/start_up.hpp"
#include "worker/main.hpp"

namespace wampgate::server {

/// `wampgated run`.
struct RunOptions {
  std::string config;          ///< file; empty: config.yaml or config.json in the node directory
  std::string node_directory;  ///< empty: the file's folder, or the current one
  std::string socket;          ///< of the management API; empty: wampgate.sock in the node directory
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kText;
  supervisor::Preference preference = supervisor::Preference::kNone;
};

/// `wampgated check FILE`.
struct CheckOptions {
  std::string file;
  std::string node_directory;  ///< empty: the file's folder
};

/// `wampgated migrate FILE`.
struct MigrateOptions {
  std::string file;
  std::string output_directory;  ///< empty: the file's folder
  std::string node_directory;    ///< empty: the file's folder
  bool force = false;            ///< replace files that exist
};

struct Command {
  enum class Kind : unsigned char {
    kRun,
    kCheck,
    kMigrate,
    kVersion,
    kFacts,
    kWorker,
    kExit,  ///< help was printed, or the command line is wrong, which has been said
  };
  Kind kind = Kind::kExit;
  int exit_code = 2;
  RunOptions run;
  CheckOptions check;
  MigrateOptions migrate;
  worker::WorkerArguments worker;
};

Command ParseCommandLine(int argc, char** argv);

}  // namespace wampgate::server
