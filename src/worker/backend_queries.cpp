#include "worker/backend_queries.hpp"

#include <fmt/format.h>

#include <utility>

#include "config/resource_name.hpp"
#include "worker/backend_message.hpp"

namespace wampgate::worker {
namespace {

Status NoSuchBackend(const std::string& name) {
  return NotFound(fmt::format("there is no {} in this process", name));
}

}  // namespace

void BackendQueries::Serve(Queries& queries) {
  queries.Serve(internal::Query::kListBackends,
                [this](const auto& query, const auto& slot) { List(query.list_backends(), slot); });
  queries.Serve(internal::Query::kSetBackendStates,
                [this](const auto& query, const auto& slot) { SetStates(query.set_backend_states(), slot); });
  queries.Serve(internal::Query::kProbeBackend,
                [this](const auto& query, const auto& slot) { Probe(query.probe_backend(), slot); });
  queries.Serve(internal::Query::kResolveRoute,
                [this](const auto& query, const auto& slot) { Resolve(query.resolve_route(), slot); });
}

void BackendQueries::List(const internal::ListBackends& query, const AnswerSlot& slot) const {
  internal::QueryAnswer answer;
  internal::BackendList& list = *answer.mutable_backends();
  if (const auto part = endpoints_.part()) {
    for (const auto& [name, named] : part->backends) {
      if (query.name().empty() || query.name() == name) FillBackend(*named.backend, *list.add_backends());
    }
  }
  slot.Send(std::move(answer));
}

void BackendQueries::SetStates(const internal::SetBackendStates& order, const AnswerSlot& slot) {
  std::map<std::string, proxy::Duty> duties;
  for (const auto& [name, state] : order.states()) {
    duties[name] = state == v1::BackendProcess::DRAINING ? proxy::Duty::kDraining : proxy::Duty::kMaintenance;
  }
  endpoints_.SetDuties(std::move(duties));
  slot.Send({});
}

void BackendQueries::Probe(const internal::ProbeBackend& order, const AnswerSlot& slot) {
  const auto part = endpoints_.part();
  const auto found = part == nullptr ? std::map<std::string, ProxyPart::Named>::const_iterator()
                                     : part->backends.find(order.name());
  if (part == nullptr || found == part->backends.end()) return slot.Refuse(NoSuchBackend(order.name()));
  if (probes_.size() >= kMostProbes) {
    return slot.Refuse(ResourceExhausted(fmt::format("{} probes are under way already", kMostProbes)));
  }
  const std::uint64_t id = ++last_probe_;
  proxy::ProbeOrder probe{.backend = found->second.backend,
                          .mode = found->second.mode,
                          .node = part->identity,
                          .realm = order.realm(),
                          .role = order.role(),
                          .timeout = std::chrono::milliseconds(order.timeout_milliseconds())};
  auto begun = std::make_unique<proxy::BackendProbe>(
      endpoints_.runtime(), std::move(probe), [this, id, slot](const proxy::ProbeReport& report) {
        internal::QueryAnswer answer;
        FillProbe(report, *answer.mutable_probe());
        slot.Send(std::move(answer));
        const auto done = probes_.find(id);
        endpoints_.runtime().loop.DeleteLater(std::move(done->second));
        probes_.erase(done);
      });
  proxy::BackendProbe& started = *begun;
  probes_[id] = std::move(begun);
  started.Start();
}

void BackendQueries::Resolve(const internal::ResolveRoute& query, const AnswerSlot& slot) const {
  internal::QueryAnswer answer;
  v1::RouteDecision& decision = *answer.mutable_decision();
  const auto part = endpoints_.part();
  if (part == nullptr) return slot.Refuse(FailedPrecondition("this worker is no proxy: it has no routes"));
  if (const auto group = part->routes->Find(query.realm(), query.role())) {
    decision.set_route(config::ResourceName(names_.worker, "routes", query.realm()) + "/" +
                       config::EncodePart(query.role()));
    decision.set_reason("realm and role match");
    FillTargets(*group, proxy::BackendHealth::Clock::now(), decision);
    if (decision.targets_size() == 0 || !decision.targets(0).next()) {
      decision.set_reason("realm and role match, but sessions are refused: " + group->WhyNone());
    }
  } else if (part->routes->HasRealm(query.realm())) {
    decision.set_reason(
        fmt::format("realm \"{}\" has no route for role \"{}\"", query.realm(), query.role()));
  } else {
    decision.set_reason(fmt::format("no route is for realm \"{}\"", query.realm()));
  }
  slot.Send(std::move(answer));
}

}  // namespace wampgate::worker
