#include "supervisor/node_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "config/resource_name.hpp"
#include "supervisor/worker_report.hpp"

namespace wampgate::supervisor {
namespace {

std::string NameOf(WorkerState state) {
  switch (state) {
    case WorkerState::kStarting:
      return "starting";
    case WorkerState::kRunning:
      return "running";
    case WorkerState::kStopping:
      return "stopping";
    case WorkerState::kStopped:
      return "stopped";
    case WorkerState::kFailed:
      return "failed";
  }
  return "?";
}

std::string NodeStateName(const NodeSight& sight) {
  if (sight.stopping) return "stopping";
  if (sight.state.revision.number() == 0) return "starting";
  if (!sight.drains.Draining(OperatorStates::kNode)) return "running";
  return sight.operator_states.Find(OperatorStates::kNode)->has_drain() ? "draining" : "drained";
}

std::string TransportState(const NodeSight& sight, const WorkerUnit& unit, const std::string& transport) {
  if (const internal::OperatorState* const state = sight.operator_states.Find(transport);
      state != nullptr && sight.drains.Draining(transport)) {
    return state->has_drain() ? "draining" : "drained";
  }
  if (sight.drains.AcceptingStopped(OperatorStates::kNode)) return "draining";
  return unit.Serves() ? "serving" : "not serving";
}

void ObserveWorker(const NodeSight& sight, const WorkerUnit& unit, ObjectStates& objects) {
  const WorkerReport report = ReportOn(unit, sight.state.context.sockets);
  objects[report.name] = {NameOf(report.state), ""};
  for (const ProcessStatus& process : report.processes) {
    objects[fmt::format("{}/processes/{}", report.name, process.index)] = {
        std::string(Name(process.state)),
        process.pid != 0 ? fmt::format("pid {}", process.pid) : process.last_exit};
  }
  for (const std::string& transport : unit.settings().transports) {
    const auto address = report.addresses.find(transport);
    objects[transport] = {TransportState(sight, unit, transport),
                          address == report.addresses.end() ? "" : address->second};
  }
}

/// What the processes of a worker say of a backend.
struct Health {
  unsigned up = 0, down = 0;
  std::string why{};  ///< it is down, in one of them

  /// "active": nobody has tried.
  std::string State() const {
    if (down == 0) return up == 0 ? "active" : "up";
    return up == 0 ? "down" : "mixed";
  }
};
using HealthByName = std::map<std::string, Health, std::less<>>;

HealthByName HealthIn(const WorkerUnit& unit) {
  HealthByName all;
  for (const auto& [index, process] : unit.processes()) {
    for (const internal::BackendCount& said : process->last_status().counters().routers()) {
      if (said.health() != "up" && said.health() != "down") continue;
      Health& health = all[said.backend()];
      ++(said.health() == "up" ? health.up : health.down);
      if (said.health() == "down") health.why = said.last_error();
    }
  }
  return all;
}

void ObserveBackends(const NodeSight& sight, const auto& backends, const HealthByName& healths,
                     ObjectStates& objects) {
  for (const auto& [id, backend] : backends) {
    const auto found = healths.find(backend.name);
    const Health health = found == healths.end() ? Health() : found->second;
    const internal::OperatorState* const state = sight.operator_states.Find(backend.name);
    std::string detail = net::ToString(backend.endpoint);
    if (health.down > 0) detail += fmt::format(", down in {} of its processes: {}", health.down, health.why);
    objects[backend.name] = {state == nullptr ? health.State() : state->state(), std::move(detail)};
  }
}

// They share the name of the place with their successor.
void ObserveDepartures(const NodeSight& sight, ObjectStates& objects) {
  for (const Process* process : sight.state.departures.All()) {
    const std::string worker = config::ResourceName("", "workers", process->worker());
    objects[fmt::format("{}/processes/{}@{}", worker, process->index(), process->generation())] = {
        std::string(Name(process->state())), fmt::format("pid {}", process->pid())};
  }
}

}  // namespace

std::string WhyNotReady(const NodeSight& sight) {
  if (sight.stopping) return "the node is stopping";
  if (sight.state.revision.number() == 0) return "no configuration runs yet";
  if (sight.drains.Draining(OperatorStates::kNode))
    return "the node is draining; wampgatectl undrain ends it";
  std::string without;
  for (const auto& [id, unit] : sight.state.units) {
    if (unit->wanted() == WorkerUnit::Wanted::kStopped || unit->Serves()) continue;
    without += (without.empty() ? "" : ", ") + id;
  }
  return without.empty() ? "" : "no process serves of worker " + without;
}

ObjectStates Observe(const NodeSight& sight) {
  ObjectStates objects;
  objects[OperatorStates::kNode] = {NodeStateName(sight), WhyNotReady(sight)};
  if (const std::uint64_t revision = sight.state.revision.number(); revision != 0) {
    objects["config"] = {fmt::format("revision {}", revision), "from " + sight.state.revision.origin()};
  }
  for (const auto& [id, unit] : sight.state.units) ObserveWorker(sight, *unit, objects);
  for (const config::Worker& worker : sight.state.resolved.workers) {
    const auto unit = sight.state.units.find(worker.id);
    const HealthByName healths = unit == sight.state.units.end() ? HealthByName() : HealthIn(*unit->second);
    for (const auto* backends : {&worker.backends, &worker.worker_backends})
      ObserveBackends(sight, *backends, healths, objects);
  }
  ObserveDepartures(sight, objects);
  if (const UpgradeSight& upgrade = sight.state.upgrade; !upgrade.operation.empty())
    objects["upgrade"] = {upgrade.phase, upgrade.detail};
  return objects;
}

bool Exists(const config::Node& node, const std::string& object) {
  return std::any_of(node.workers.begin(), node.workers.end(), [&](const config::Worker& worker) {
    const std::string name = config::ResourceName("", "workers", worker.id);
    if (object == name) return true;
    if (!object.starts_with(name + "/")) return false;
    const auto is_it = [&](const auto& part) { return part.name == object; };
    const auto is_among = [&](const auto& backends) {
      return std::any_of(backends.begin(), backends.end(),
                         [&](const auto& entry) { return is_it(entry.second); });
    };
    return is_among(worker.backends) || is_among(worker.worker_backends) ||
           std::any_of(worker.transports.begin(), worker.transports.end(), is_it);
  });
}

}  // namespace wampgate::supervisor
