#pragma once

#include <string>

#include "supervisor/drains.hpp"
#include "supervisor/events.hpp"
#include "supervisor/node_state.hpp"
#include "supervisor/process_table.hpp"

namespace wampgate::supervisor {

/// What the views of the node are made of. Loop's thread only.
struct NodeSight {
  const NodeState& state;
  const ProcessTable& table;
  const OperatorStates& operator_states;
  const Drains& drains;
  bool stopping = false;
};

/// In words, why the node does not serve as it should; empty: it is ready.
std::string WhyNotReady(const NodeSight& sight);
/// Every object that events are told of, as it is.
ObjectStates Observe(const NodeSight& sight);
/// Whether the running revision has an object of that resource name.
bool Exists(const config::Node& node, const std::string& object);

/// What each process has used and done, the supervisor included, and the sum.
void FillStatistics(const ProcessTable& table, v1::Statistics& statistics);

}  // namespace wampgate::supervisor
