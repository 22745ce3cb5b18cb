#include "supervisor/plan.hpp"

#include "config/diff.hpp"

namespace wampgate::supervisor {
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
std::uint64_t SessionsOf(const std::string& object, const std::vector<WorkerReport>& workers) {
  std::uint64_t sessions = 0;
  for (const auto& worker : workers) {
    for (const auto& [transport, count] : worker.sessions_by_transport) {
      if (transport == object || transport.starts_with(object + "/")) sessions += count;
    }
  }
  return sessions;
}

/// A worker that goes ends its sessions whatever the removal says: its processes end.
std::uint64_t SessionsClosed(const config::Change& change, Removal removal,
                             const std::vector<WorkerReport>& workers) {
  const bool removed = change.action == config::Action::kDelete || change.action == config::Action::kReplace;
  if (!removed) return 0;
  if (change.kind == "worker") return SessionsOf(change.name, workers);
  const bool carries_sessions = change.kind == "transport" || change.kind == "path";
  return carries_sessions && removal != Removal::kKeep ? SessionsOf(change.name, workers) : 0;
}

bool LiesWithin(const std::string& object, const std::vector<std::string>& others) {
  for (const std::string& other : others) {
    if (object.starts_with(other + "/")) return true;
  }
  return false;
}

}  // namespace

v1::Plan MakePlan(const PlanInput& input, const std::vector<WorkerReport>& workers) {
  return MakePlan(config::Diff(input.running, input.wanted, input.environment), input.removal, workers);
}

v1::Plan MakePlan(const std::vector<config::Change>& changes, Removal removal,
                  const std::vector<WorkerReport>& workers) {
  v1::Plan plan;
  std::vector<std::string>
      counted;  // objects whose sessions are in the sum; a parent comes before its children
  for (const auto& change : changes) {
    auto& planned = *plan.add_changes();
    planned.set_action(ToProto(change.action));
    planned.set_name(change.name);
    const std::uint64_t closed = SessionsClosed(change, removal, workers);
    planned.set_sessions_closed(closed);
    if (closed > 0 && !LiesWithin(change.name, counted)) {
      plan.set_sessions_closed(plan.sessions_closed() + closed);
      counted.push_back(change.name);
    }
    for (const auto& from : change.fields) {
      auto& field = *planned.add_fields();
      field.set_field(from.field);
      field.set_old_value(from.old_value);
      field.set_new_value(from.new_value);
    }
  }
  return plan;
}

void AddWarnings(const config::Problems& problems, v1::Plan& plan) {
  for (const auto& problem : problems) {
    if (problem.severity != config::Severity::kWarning) continue;
    auto& warning = *plan.add_warnings();
    warning.set_field(problem.path);
    warning.set_description(problem.message);
  }
}

std::string DescribeDifference(const v1::PlannedChange& change) {
  switch (change.action()) {
    case v1::PlannedChange::CREATE:
      return "only in the file";
    case v1::PlannedChange::DELETE:
      return "only in what runs";
    default:
      break;
  }
  std::string fields;
  for (const auto& field : change.fields()) fields += (fields.empty() ? "" : ", ") + field.field();
  return "differs in " + fields;
}

}  // namespace wampgate::supervisor
