#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/authorized_keys.hpp"
#include "config/environment.hpp"
#include "config/load.hpp"
#include "config/problem.hpp"

namespace wampgate::config {

/// A Crossbar node file and where it and what is made of it lie.
struct MigrationSource {
  std::string_view text;
  Format format = Format::kJson;
  std::string node_directory;    ///< absolute; relative paths of the file start there
  std::string output_directory;  ///< absolute
};

/// A Crossbar node file in two: what wampgate runs and what Crossbar goes on running.
struct Migration {
  std::optional<std::string> wampgate;  ///< wampgate.json; absent: there is nothing for wampgate, or errors
  std::optional<std::string> crossbar;  ///< crossbar.json; absent: no worker is left for Crossbar, or errors
  Problems errors;                      ///< why nothing can be made of the file, by place
  Problems left_out;                    ///< every key that is not carried over, what to do, by place
  std::vector<std::string> wampgate_workers;  ///< a line each: "worker front: workers[0], workers[1] are …"
  std::vector<std::string> crossbar_workers;
  std::vector<std::string> remarks;  ///< what else an operator must know: paths, ports, variables
  std::size_t proxy_workers = 0;     ///< of the file
  bool joins_by_key = false;         ///< wampgate.json signs with the node key ("cryptosign-proxy")
  std::optional<std::string> node_id;
  std::vector<AuthorizedKeys> authorized_keys;  ///< of what is left for Crossbar
};

/// Splits a file. Both texts are files as they are to be written; the first has no error in an environment
/// where the variables are set that it names. `environment` tells which are set.
Migration Migrate(const MigrationSource& source, const Environment& environment);

/// What was done and what was not, for people: a headline per topic, a line per fact, indented by two.
std::string Report(const Migration& migration);

}  // namespace wampgate::config
