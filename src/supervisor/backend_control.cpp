// The half of NodeControl that takes backends out of service and puts them back.
#include <fmt/format.h>
#include <wampgate/v1/backend_service.pb.h>
#include <wampgate/v1/transport_service.pb.h>

#include <utility>

#include "base/log.hpp"
#include "config/object_name.hpp"
#include "supervisor/node_control.hpp"

namespace wampgate::supervisor {

using Backend = v1::BackendProcess;

Status NodeControl::CheckBackend(const std::string& name) const {
  if (stopping_) return Unavailable("the node is stopping");
  if (Exists(around_.state.resolved, name)) return OkStatus();
  return NotFound(fmt::format("there is no {}", name));
}

std::unique_ptr<google::protobuf::Message> NodeControl::ResultOfDrain(const std::string& subject) const {
  if (subject == OperatorStates::kNode) return std::make_unique<v1::NodeView>(View());
  if (!config::IsOfKind(subject, {config::ObjectName::Kind::kBackend})) {
    auto transport = std::make_unique<v1::TransportView>();
    transport->set_name(subject);
    transport->set_state(v1::TransportView::DRAINED);
    if (const auto endpoint = around_.state.context.sockets.Find(subject))
      transport->set_address(endpoint->address);
    return transport;
  }
  auto view = std::make_unique<v1::BackendView>();
  view->set_name(subject);
  view->set_state(Backend::DRAINING);
  return view;
}

void NodeControl::DrainBackend(std::string name, DrainSettings settings, OperationDone done) {
  around_.loop.Post([this, name = std::move(name), settings, done = std::move(done)] {
    if (const Status status = CheckBackend(name); !status.ok()) return done(status);
    Drain(name, settings, done);
  });
}

void NodeControl::UndrainBackend(std::string name, Done done) {
  around_.loop.Post([this, name = std::move(name), done = std::move(done)] {
    const Status status = CheckBackend(name);
    done(status.ok() ? drains_.End(name) : status);
  });
}

void NodeControl::SetBackendState(std::string name, Backend::State state, Done done) {
  around_.loop.Post([this, name = std::move(name), state, done = std::move(done)] {
    const Status status = CheckBackend(name);
    done(status.ok() ? SetState(name, state) : status);
  });
}

Status NodeControl::SetState(const std::string& name, Backend::State state) {
  const bool drains = drains_.Draining(name);
  if (state == Backend::DRAINING && drains) return OkStatus();
  if (drains) WAMPGATE_RETURN_IF_ERROR(drains_.End(name));
  if (state == Backend::ACTIVE) {
    WAMPGATE_RETURN_IF_ERROR(around_.operator_states.Clear(name));
  } else {
    internal::OperatorState next;
    next.set_state(state == Backend::DRAINING ? Drains::kState : kMaintenance);
    WAMPGATE_RETURN_IF_ERROR(around_.operator_states.Set(name, std::move(next)));
  }
  log::Warning("supervisor", "the state of a backend was set by an operator",
               {{"backend", name},
                {"state", state == Backend::ACTIVE     ? "active"
                          : state == Backend::DRAINING ? Drains::kState
                                                       : kMaintenance}});
  drains_.TellAll();
  ObserveLater();
  return OkStatus();
}

void NodeControl::GetOperatorStates(std::function<void(const std::map<std::string, std::string>&)> done) {
  around_.loop.Post([this, done = std::move(done)] { done(around_.operator_states.all()); });
}

}  // namespace wampgate::supervisor
