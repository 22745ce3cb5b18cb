#include "worker/control_link.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "base/log.hpp"
#include "control/socket.hpp"

namespace wampgate::worker {
namespace {

constexpr std::string_view kModule = "worker";

/// Between half and the whole of `most`, so that the workers of a node do not dial in step.
std::chrono::milliseconds WithJitter(std::chrono::milliseconds most) {
  static thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<std::int64_t> pick(most.count() / 2, most.count());
  return std::chrono::milliseconds(pick(random));
}

}  // namespace

ControlLink::ControlLink(net::Loop& loop, Options options, Callbacks callbacks)
    : loop_(loop), options_(std::move(options)), callbacks_(std::move(callbacks)) {}

ControlLink::~ControlLink() = default;

void ControlLink::Start() {
  AwaitSupervisor();
  Dial();
}

void ControlLink::Send(const internal::Frame& frame) {
  if (!channel_) return;
  const Status sent = channel_->Send(frame);
  if (!sent.ok())
    log::Warning(kModule, "a frame could not be sent to the supervisor", {{"error", Message(sent)}});
}

pid_t ControlLink::supervisor_pid() const {
  if (!channel_) return 0;
  const auto supervisor = control::PeerCredentials(channel_->fd());
  return supervisor.ok() ? supervisor->pid : 0;
}

void ControlLink::Stop() {
  redial_.Stop();
  accepted_.Stop();
  orphan_.Stop();
  if (channel_) channel_->Close();
  loop_.DeleteLater(std::move(channel_));
}

void ControlLink::Dial() {
  StatusOr<UniqueFd> socket = control::Connect(options_.socket_path);
  if (!socket.ok()) {
    log::Debug(kModule, "the supervisor cannot be reached", {{"error", Message(socket.status())}});
    return DialLater();
  }
  auto channel = std::make_unique<control::Channel>(loop_, *std::move(socket),
                                                    static_cast<control::ChannelHandler&>(*this));
  if (const Status started = channel->Start(); !started.ok()) {
    log::Warning(kModule, "the control channel cannot be used", {{"error", Message(started)}});
    return DialLater();
  }
  channel_ = std::move(channel);
  accepted_.Start(loop_.timers(), kAccepted, [this] { OnAccepted(); });
  for (OutgoingFrame& hello : callbacks_.hello()) {
    const Status sent = channel_->Send(hello.frame, std::move(hello.descriptors));
    if (!sent.ok()) log::Warning(kModule, "Hello could not be sent", {{"error", Message(sent)}});
  }
}

void ControlLink::SetOrphanTimeout(std::chrono::milliseconds timeout) {
  options_.orphan_timeout = timeout;
  if (!orphan_.running()) return;
  orphan_.Stop();
  AwaitSupervisor();
}

void ControlLink::DialLater() {
  redial_.Start(loop_.timers(), WithJitter(retry_), [this] { Dial(); });
  retry_ = std::min(retry_ * 2, kLongestRetry);
}

void ControlLink::OnFrame(internal::Frame& frame, std::vector<UniqueFd>& descriptors) {
  if (accepted_.running()) OnAccepted();
  callbacks_.on_frame(frame, descriptors);
}

void ControlLink::OnAccepted() {
  accepted_.Stop();
  retry_ = kFirstRetry;
  orphan_.Stop();
}

void ControlLink::OnChannelClosed(const Status& reason) {
  log::Warning(kModule, "lost the supervisor; serving on and trying again", {{"error", Message(reason)}});
  loop_.DeleteLater(std::move(channel_));
  accepted_.Stop();
  if (!orphan_.running()) AwaitSupervisor();
  DialLater();
  callbacks_.on_lost();
}

void ControlLink::AwaitSupervisor() {
  if (options_.orphan_timeout.count() == 0) return;
  orphan_.Start(loop_.timers(), options_.orphan_timeout, [this] {
    log::Warning(kModule, "no supervisor for too long; ending the sessions and exiting",
                 {{"orphan_timeout_ms", options_.orphan_timeout.count()}});
    callbacks_.on_orphaned();
  });
}

}  // namespace wampgate::worker
