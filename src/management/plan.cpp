#include "management/plan.hpp"

#include "config/diff.hpp"

namespace wampgate::management {
namespace {

v1::PlannedChange::Action ToProto(config::Action action) {
  switch (action) {
    case config::Action::kCreate:
      return v1::PlannedChange::CREATE;
    case config::Action::kUpdate:
      return v1::PlannedChange::UPDATE;
    case config::Action::kReplace:
      return v1::PlannedChange::REPLACE;
    case config::Action::kDelete:
      return v1::PlannedChange::DELETE;
  }
  return v1::PlannedChange::ACTION_UNSPECIFIED;
}

/// Sessions whose transport or path is the object or lies within it.
std::uint64_t SessionsOf(const std::string& object, const std::vector<supervisor::WorkerReport>& workers) {
  std::uint64_t sessions = 0;
  for (const auto& worker : workers) {
    for (const auto& [transport, count] : worker.sessions_by_transport) {
      if (transport == object || transport.starts_with(object + "/")) sessions += count;
    }
  }
  return sessions;
}

/// A worker that goes ends its sessions whatever the removal says: its processes end.
std::uint64_t SessionsClosed(const config::Change& change, const PlanInput& input,
                             const std::vector<supervisor::WorkerReport>& workers) {
  const bool removed = change.action == config::Action::kDelete || change.action == config::Action::kReplace;
  if (!removed) return 0;
  if (change.kind == "worker") return SessionsOf(change.name, workers);
  const bool carries_sessions = change.kind == "transport" || change.kind == "path";
  return carries_sessions && input.removal == v1::Removal::CLOSE ? SessionsOf(change.name, workers)
                                                                            : 0;
}

}  // namespace

void FillPlan(const PlanInput& input, const std::vector<supervisor::WorkerReport>& workers, v1::Plan& plan) {
  for (const auto& change : config::Diff(input.running, input.wanted, input.environment)) {
    auto& planned = *plan.add_changes();
    planned.set_action(ToProto(change.action));
    planned.set_name(change.name);
    planned.set_sessions_closed(SessionsClosed(change, input, workers));
    for (const auto& from : change.fields) {
      auto& field = *planned.add_fields();
      field.set_field(from.field);
      field.set_old_value(from.old_value);
      field.set_new_value(from.new_value);
    }
  }
}

}  // namespace wampgate::management
