#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/resolved.hpp"
#include "net/loop.hpp"
#include "supervisor/departures.hpp"
#include "supervisor/file_contents.hpp"
#include "supervisor/graveyard.hpp"
#include "supervisor/operator_states.hpp"
#include "supervisor/removal_drains.hpp"
#include "supervisor/revision_store.hpp"
#include "supervisor/revision_trial.hpp"
#include "supervisor/worker_unit.hpp"
#include "wampgate/internal/revision.pb.h"

namespace wampgate::supervisor {

/// What is to be seen of an upgrade that is under way; empty: there is none.
struct UpgradeSight {
  std::string operation{};
  std::string phase{};
  std::string detail{};  ///< in words
};

/// What runs, and what transactions change. Loop's thread only.
struct NodeState {
  net::Loop& loop;
  RevisionStore& revisions;
  UnitContext& context;
  OperatorStates& operator_states;
  ProcessQueries& queries;
  Operations& operations;
  Graveyard graveyard{loop};
  Departures departures{loop, graveyard, queries};
  RemovalDrains removals{{loop, operations, departures, queries, context.processes.table, operator_states}};
  std::map<std::string, std::unique_ptr<WorkerUnit>> units{};  ///< by worker id
  internal::Revision revision{};                               ///< running; its number is 0 before the first
  /// Equal to its node, for a list of changes to be made in; null: there is none at hand.
  std::unique_ptr<v1::Node> spare{};
  config::Node resolved{};
  UpgradeSight upgrade{};
  FileCheck file_check{};  ///< may be empty
  RevisionTrial trial{};
  std::function<RevisionTrial::Clock::time_point()> now = RevisionTrial::Clock::now;
};

}  // namespace wampgate::supervisor
