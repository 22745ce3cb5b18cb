#include "supervisor/node_control.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/build_id.hpp"
#include "base/log_line.hpp"
#include "base/unix_time.hpp"
#include "config/environment.hpp"
#include "config/node_delta.hpp"
#include "supervisor/upgrade.hpp"

namespace wampgate::supervisor {
namespace {

using google::protobuf::util::TimeUtil;
using std::chrono::milliseconds;
using std::chrono::system_clock;

// Of the questions of a drain: a process that takes longer has another turn soon.
constexpr milliseconds kAskDeadline{2000};

/// "workers/w" of "workers/w/transports/t".
std::string WorkerOf(const std::string& object) {
  return object.substr(0, object.find('/', object.find('/') + 1));
}

}  // namespace

NodeControl::NodeControl(Surroundings around)
    : around_(around),
      events_(around.loop),
      drains_({.loop = around.loop,
               .operations = around.operations,
               .states = around.operator_states,
               .ask = [this](const std::string& subject, internal::Query query,
                             AskDone done) { Ask(subject, std::move(query), std::move(done)); },
               .tell = [this](const internal::Query& order) { Tell(order); },
               .result = [this](const std::string& subject) { return ResultOfDrain(subject); },
               .on_change = [this] { ObserveLater(); }}),
      level_(around.log_level) {}

void NodeControl::Load() {
  around_.operator_states.Load();
  UseLogLevel();
}

NodeSight NodeControl::Sight() const {
  return {around_.state, around_.table, around_.operator_states, drains_, stopping_};
}

v1::NodeView NodeControl::View() const {
  v1::NodeView view;
  view.set_node_id(around_.state.resolved.id);
  view.set_version(WAMPGATE_VERSION);
  view.set_build_id(BuildId());
  view.set_executable(RunningExecutable());
  view.set_upgrade_operation(around_.state.upgrade.operation);
  view.set_pid(::getpid());
  *view.mutable_start_time() = TimeUtil::MillisecondsToTimestamp(UnixMilliseconds(started_));
  view.set_node_directory(around_.state.context.node_directory);
  view.set_revision(around_.state.revision.number());
  view.set_http_address(http_address_);
  view.set_draining(drains_.Draining(OperatorStates::kNode));
  view.set_log_level(std::string(log::Name(level_)));
  if (const auto* const level = around_.operator_states.log_level();
      level != nullptr && level->expire_unix_milliseconds() != 0) {
    *view.mutable_log_level_expire_time() =
        TimeUtil::MillisecondsToTimestamp(level->expire_unix_milliseconds());
  }
  view.set_not_ready_reason(WhyNotReady(Sight()));
  view.set_ready(view.not_ready_reason().empty());
  for (const auto& [object, state] : around_.operator_states.all()) {
    (*view.mutable_operator_states())[object] = state;
  }
  return view;
}

void NodeControl::GetNode(std::function<void(const v1::NodeView&)> done) {
  around_.loop.Post([this, done = std::move(done)] { done(View()); });
}

void NodeControl::GetStatistics(std::function<void(const v1::Statistics&)> done) {
  around_.loop.Post([this, done = std::move(done)] {
    v1::Statistics statistics;
    FillStatistics(around_.table, statistics);
    done(statistics);
  });
}

// Those that concern the subject: all of the node, or of the worker it belongs to.
void NodeControl::Ask(const std::string& subject, internal::Query query, AskDone done) {
  std::vector<Process*> processes;
  const auto add = [&](Process& process) {
    if (process.connected()) processes.push_back(&process);
  };
  for (const auto& [generation, process] : around_.table.all()) {
    const auto unit = around_.state.units.find(process->worker());
    const bool concerned =
        subject == OperatorStates::kNode ||
        (unit != around_.state.units.end() && unit->second->settings().name == WorkerOf(subject));
    if (concerned) add(*process);
  }
  around_.queries.Ask(processes, std::move(query), kAskDeadline, std::move(done));
}

void NodeControl::Tell(const internal::Query& order) {
  internal::Frame frame;
  *frame.mutable_query() = order;  // without an id: nobody waits for the answer
  for (const auto& [generation, process] : around_.table.all()) {
    if (process->connected()) static_cast<void>(process->SendQuery(frame));
  }
}

void NodeControl::OnConnected(Process& process) {
  process.SetLogLevel(std::string(log::Name(level_)));
  for (const internal::Query& order : drains_.Orders()) {
    internal::Frame frame;
    *frame.mutable_query() = order;
    static_cast<void>(process.SendQuery(frame));
  }
}

void NodeControl::Drain(const std::string& subject, const DrainSettings& settings,
                        const OperationDone& done) {
  const StatusOr<std::string> name = drains_.Begin(subject, settings);
  if (!name.ok()) return done(name.status());
  around_.operations.Get(*name, done);
}

void NodeControl::DrainNode(DrainSettings settings, OperationDone done) {
  around_.loop.Post([this, settings, done = std::move(done)] {
    if (stopping_) return done(Unavailable("the node is stopping"));
    Drain(OperatorStates::kNode, settings, done);
  });
}

void NodeControl::DrainObject(std::string name, DrainSettings settings, OperationDone done) {
  around_.loop.Post([this, name = std::move(name), settings, done = std::move(done)] {
    if (stopping_) return done(Unavailable("the node is stopping"));
    if (!Exists(around_.state.resolved, name)) return done(NotFound("there is no " + name));
    Drain(name, settings, done);
  });
}

void NodeControl::UndrainObject(std::string name, std::function<void(const Status&)> done) {
  around_.loop.Post([this, name = std::move(name), done = std::move(done)] {
    done(Exists(around_.state.resolved, name) ? drains_.End(name) : NotFound("there is no " + name));
  });
}

void NodeControl::UndrainNode(NodeDone done) {
  around_.loop.Post([this, done = std::move(done)] {
    const Status status = drains_.End(OperatorStates::kNode);
    done(status.ok() ? StatusOr<v1::NodeView>(View()) : StatusOr<v1::NodeView>(status));
  });
}

void NodeControl::SetLogLevel(std::string level, milliseconds expiry, NodeDone done) {
  around_.loop.Post([this, level = std::move(level), expiry, done = std::move(done)] {
    log::Level parsed{};
    if (!log::ParseLevel(level, parsed) || parsed == log::Level::kOff) {
      return done(InvalidArgument(
          fmt::format("level: expected trace, debug, info, warning or error, found \"{}\"", level)));
    }
    internal::LogLevelState state;
    state.set_level(std::string(log::Name(parsed)));
    if (expiry.count() > 0)
      state.set_expire_unix_milliseconds(UnixMilliseconds(system_clock::now() + expiry));
    const bool as_started = parsed == around_.log_level;
    const Status status = around_.operator_states.SetLogLevel(as_started ? nullptr : &state);
    if (!status.ok()) return done(status);
    UseLogLevel();
    log::Warning("supervisor", "the log level was set by an operator",
                 {{"level", log::Name(level_)}, {"for_ms", expiry.count()}});
    done(View());
  });
}

void NodeControl::UseLogLevel() {
  level_expiry_.Stop();
  level_ = around_.log_level;
  if (const auto* const state = around_.operator_states.log_level()) {
    const std::int64_t left = state->expire_unix_milliseconds() - UnixMilliseconds();
    if (state->expire_unix_milliseconds() != 0 && left <= 0) return OnLogLevelExpired();
    log::ParseLevel(state->level(), level_);
    if (state->expire_unix_milliseconds() != 0) {
      level_expiry_.Start(around_.loop.timers(), milliseconds(left), [this] { OnLogLevelExpired(); });
    }
  }
  log::SetLevel(level_);
  for (const auto& [generation, process] : around_.table.all()) {
    process->SetLogLevel(std::string(log::Name(level_)));
  }
}

void NodeControl::OnLogLevelExpired() {
  level_ = around_.log_level;
  if (const Status status = around_.operator_states.SetLogLevel(nullptr); !status.ok()) {
    log::Warning("supervisor", "the file of operator states keeps a log level that has expired",
                 {{"error", Message(status)}});
  }
  log::SetLevel(level_);
  for (const auto& [generation, process] : around_.table.all()) {
    process->SetLogLevel(std::string(log::Name(level_)));
  }
  log::Warning("supervisor", "the log level of the command line is back", {{"level", log::Name(level_)}});
}

void NodeControl::Shutdown(std::function<void(const Status&)> done) {
  around_.loop.Post([this, done = std::move(done)] {
    if (stopping_ || shutdown_ == nullptr) return done(Unavailable("the node is stopping already"));
    done(OkStatus());
    around_.loop.Post([this] {
      if (!stopping_) shutdown_();
    });
  });
}

void NodeControl::OnRevision() {
  const bool some_are_gone = around_.operator_states.KeepOnly(
      [this](const std::string& object) { return Exists(around_.state.resolved, object); });
  drains_.ForgetGone();
  if (some_are_gone) drains_.TellAll();  // one of that name that comes is another one
  if (!std::exchange(resumed_, true)) {
    drains_.ResumeAll();
    around_.state.removals.Resume(around_.state.upgrade.operation,
                                  config::WithoutRoutes(around_.state.revision.node()),
                                  config::Environment::OfThisProcess(around_.state.context.node_directory));
  }
  ObserveLater();
}

void NodeControl::ObserveLater() {
  if (std::exchange(observe_posted_, true)) return;
  around_.loop.Post([this] {
    observe_posted_ = false;
    events_.Observe(Observe(Sight()));
  });
}

void NodeControl::OnStopping() {
  stopping_ = true;
  events_.Observe(Observe(Sight()));
  events_.Close();
}

}  // namespace wampgate::supervisor
