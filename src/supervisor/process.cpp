#include "supervisor/process.hpp"

#include <fmt/format.h>

#include <csignal>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "supervisor/process_metrics.hpp"
#include "supervisor/process_table.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::chrono::milliseconds kKillAfterGrace{2000};

}  // namespace

std::string_view Name(ProcessState state) {
  switch (state) {
    case ProcessState::kStarting:
      return "starting";
    case ProcessState::kRunning:
      return "running";
    case ProcessState::kStopping:
      return "stopping";
    case ProcessState::kStopped:
      return "stopped";
    case ProcessState::kBackoff:
      return "backoff";
    case ProcessState::kDraining:
      return "draining";
  }
  return "?";
}

Process::Process(ProcessContext& context, Identity identity, ProcessObserver& observer)
    : context_(context),
      identity_(std::move(identity)),
      observer_(&observer),
      since_(std::chrono::system_clock::now()) {}

Process::~Process() {
  if (child_ != nullptr) context_.table.Remove(*this);
}

void Process::SetState(ProcessState state) {
  state_ = state;
  since_ = std::chrono::system_clock::now();
  if (state == ProcessState::kRunning) running_since_ = std::chrono::steady_clock::now();
  if (context_.on_state) context_.on_state();
}

void Process::Start() {
  if (state_ == ProcessState::kStopping) {
    after_stop_ = AfterStop::kStartAgain;
    return;
  }
  if (child_ == nullptr) Spawn();
}

void Process::Spawn() {
  respawn_.Stop();
  generation_ = context_.table.NextGeneration();
  SetState(ProcessState::kStarting);
  started_ = since_;
  revision_ = 0;
  kill_reason_.clear();
  build_id_.clear();
  last_status_.Clear();
  taken_over_ = false;
  held_.clear();
  StatusOr<std::unique_ptr<Child>> child =
      Child::Spawn(context_.loop, context_.command(*this), [this](const ChildExit& exit) { OnExit(exit); });
  if (!child.ok()) {
    EndUnasked(std::string(Message(child.status())));
    observer_->OnEnded(*this);
    return;
  }
  child_ = *std::move(child);
  context_.table.Add(*this);
  WaitForHello();
}

void Process::TakeOver(std::unique_ptr<Child> child, std::uint64_t generation, Arrival arrival) {
  child_ = std::move(child);
  taken_over_ = true;
  child_->SetOnExit([this](const ChildExit& exit) { OnExit(exit); });
  generation_ = context_.table.Reserve(generation);
  SetState(arrival.hello.applied_revision() == 0 ? ProcessState::kStarting : ProcessState::kRunning);
  started_ = ProcessStartedAt(pid());
  context_.table.Add(*this);
  if (arrival.channel != nullptr) Attach(std::move(arrival));
}

void Process::WaitForHello() {
  connect_.Start(context_.loop.timers(), kConnectDeadline,
                 [this] { Kill("did not connect to the supervisor in time"); });
}

void Process::Stop(std::chrono::milliseconds grace, AfterStop after) {
  after_stop_ = after;
  if (child_ == nullptr) {
    respawn_.Stop();
    SetState(ProcessState::kStopped);
    if (after == AfterStop::kStartAgain) Spawn();
    return;
  }
  if (state_ == ProcessState::kStopping) return;
  SetState(ProcessState::kStopping);
  connect_.Stop();
  if (channel_ != nullptr) {
    internal::Frame frame;
    frame.mutable_stop()->set_grace_milliseconds(static_cast<std::uint32_t>(grace.count()));
    Send(frame);
  } else {
    child_->Signal(SIGTERM);
  }
  kill_.Start(context_.loop.timers(), grace + kKillAfterGrace,
              [this] { Kill("did not end within the grace period"); });
}

void Process::Depart(internal::Departure departure) {
  respawn_.Stop();
  departure_ = std::move(departure);
  if (child_ == nullptr) return SetState(ProcessState::kStopped);
  SetState(ProcessState::kDraining);
  context_.table.Changed();
}

void Process::Kill(const std::string& why) {
  if (child_ == nullptr) return;
  kill_reason_ = why;
  log::Warning("supervisor", "killing a worker process",
               {{"worker", worker()}, {"process", index()}, {"pid", pid()}, {"reason", why}});
  child_->Signal(SIGKILL);
}

void Process::FailToServe(const std::string& why) {
  if (child_ == nullptr) return;
  kill_reason_ = why;
  child_->Signal(SIGKILL);
}

void Process::MarkRunning() {
  if (state_ == ProcessState::kStarting) SetState(ProcessState::kRunning);
}

void Process::OnExit(const ChildExit& exit) {
  const pid_t ended = pid();
  if (context_.on_exit) context_.on_exit(*this);
  last_status_.Clear();
  context_.table.Remove(*this);
  context_.loop.DeleteLater(std::move(child_));
  DropChannel();
  connect_.Stop();
  kill_.Stop();
  const std::string how =
      kill_reason_.empty() ? ToString(exit) : fmt::format("{} ({})", ToString(exit), kill_reason_);
  if (state_ == ProcessState::kDraining) {
    last_exit_ = how;
    log::Warning("supervisor", "a worker process that was draining has ended, with the sessions it had",
                 {{"worker", worker()}, {"process", index()}, {"pid", ended}, {"exit", how}});
    SetState(ProcessState::kStopped);
  } else if (state_ != ProcessState::kStopping) {
    EndUnasked(how);
  } else {
    last_exit_ = how;
    log::Info("supervisor", "worker process stopped",
              {{"worker", worker()}, {"process", index()}, {"pid", ended}, {"exit", how}});
    SetState(ProcessState::kStopped);
    if (after_stop_ == AfterStop::kStartAgain) Spawn();
  }
  Finish({Unavailable(fmt::format("the process ended: {}", how)), ""});
  observer_->OnEnded(*this);
}

// Sets BACKOFF and the timer of the next start.
void Process::EndUnasked(const std::string& how) {
  const auto healthy = state_ == ProcessState::kRunning
                           ? std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::steady_clock::now() - running_since_)
                           : std::chrono::milliseconds(0);
  last_exit_ = how;
  ++restarts_;
  const std::chrono::milliseconds delay = backoff_.Next(healthy);
  SetState(ProcessState::kBackoff);
  log::Error("supervisor", "worker process ended unexpectedly; starting it again",
             {{"worker", worker()}, {"process", index()}, {"exit", how}, {"in_ms", delay.count()}});
  respawn_.Start(context_.loop.timers(), delay, [this] { Spawn(); });
}

ProcessStatus Process::Report() const {
  ProcessStatus report;
  report.index = index();
  report.state = state_;
  report.since = since_;
  report.pid = pid();
  report.start_time = started_;
  report.restarts = restarts_;
  report.last_exit = last_exit_;
  report.revision = revision_;
  report.sessions = last_status_.sessions();
  report.connections = last_status_.connections();
  report.buffered = BufferedOctets(last_status_.counters());
  report.generation = generation_;
  report.build_id = build_id_;
  report.drain_deadline = std::chrono::system_clock::time_point(
      std::chrono::milliseconds(departure_ ? departure_->deadline_unix_milliseconds() : 0));
  return report;
}

}  // namespace wampgate::supervisor
