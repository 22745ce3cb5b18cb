#include "supervisor/candidate.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "base/check.hpp"
#include "config/node_delta.hpp"
#include "config/resolve.hpp"
#include "config/resolve_worker.hpp"
#include "config/resource_name.hpp"

namespace wampgate::supervisor {
namespace {

WorkerSettings SettingsOf(const config::Worker& worker) {
  WorkerSettings settings;
  settings.id = worker.id;
  settings.name = config::ResourceName("", "workers", worker.id);
  settings.type = worker.type;
  settings.processes = worker.processes;
  settings.title = worker.title;
  settings.environment.environment = worker.env;
  settings.environment.inherit =
      worker.inherit_env ? ChildCommand::Inherit::kEnvironment : ChildCommand::Inherit::kNothing;
  for (const config::Transport& transport : worker.transports) settings.transports.push_back(transport.name);
  return settings;
}

/// `checked` is `rest` with the routes that are to be checked.
Candidate Check(const v1::Node& checked, const v1::Node& rest, const config::Environment& environment) {
  Candidate candidate;
  candidate.rest = rest;
  config::Resolution resolution = config::Resolve(checked, environment);
  candidate.problems = std::move(resolution.problems);
  candidate.resolved = std::move(resolution.node);
  if (!candidate.resolved) return candidate;
  for (config::Worker& worker : candidate.resolved->workers) worker.routes = {};
  const std::vector<std::string> ids = config::WorkerIds(rest);
  for (const config::Worker& worker : candidate.resolved->workers) {
    WorkerSettings settings = SettingsOf(worker);
    settings.position = static_cast<std::size_t>(std::find(ids.begin(), ids.end(), worker.id) - ids.begin());
    std::optional<v1::Node> alone = config::ExtractWorker(rest, worker.id, environment);
    WAMPGATE_CHECK(alone.has_value());
    settings.node = *std::move(alone);
    candidate.workers.push_back(std::move(settings));
  }
  return candidate;
}

/// A worker that has routes keeps one at least: a worker without any is warned of.
void KeepARoute(const v1::Worker& whole, v1::Worker& checked) {
  if (!whole.has_proxy() || whole.proxy().routes().empty() || !checked.proxy().routes().empty()) return;
  const auto& [realm, routes] = *whole.proxy().routes().begin();
  if (routes.roles().empty()) return;
  const auto& [role, targets] = *routes.roles().begin();
  (*(*checked.mutable_proxy()->mutable_routes())[realm].mutable_roles())[role] = targets;
}

}  // namespace

Candidate MakeCandidate(const v1::Node& document, const config::Environment& environment) {
  return Check(document, config::WithoutRoutes(document), environment);
}

Candidate MakeCandidate(const v1::Node& document, const internal::NodeDelta& delta,
                        const config::Environment& environment) {
  v1::Node checked;
  config::ApplyDelta(delta, checked);
  for (int i = 0; i < document.workers_size(); ++i)
    KeepARoute(document.workers(i), *checked.mutable_workers(i));
  return Check(checked, delta.rest(), environment);
}

Status ProblemStatus(StatusCode code, const config::Problems& problems) {
  std::size_t errors = 0;
  const config::Problem* first = nullptr;
  for (const config::Problem& problem : problems) {
    if (problem.severity != config::Severity::kError) continue;
    if (first == nullptr) first = &problem;
    ++errors;
  }
  if (first == nullptr) return OkStatus();
  std::string text = config::ToString(*first);
  if (errors > 1) text += fmt::format(" (and {} more)", errors - 1);
  return MakeStatus(code, text);
}

bool SameDocument(const v1::Node& left, const v1::Node& right) {
  return google::protobuf::util::MessageDifferencer::Equals(left, right);
}

}  // namespace wampgate::supervisor
