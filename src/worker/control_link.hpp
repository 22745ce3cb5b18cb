#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/timer_wheel.hpp"
#include "control/channel.hpp"
#include "net/loop.hpp"
#include "wampgate/internal/control.pb.h"

namespace wampgate::worker {

struct OutgoingFrame {
  internal::Frame frame;
  std::vector<UniqueFd> descriptors;
};

/// The worker's end of the control channel: dials the supervisor, says hello, and dials again with jitter
/// whenever the channel breaks. The worker goes on serving meanwhile. A supervisor that turns the worker away
/// is none: it is dialled ever more seldom, and the orphan timeout goes on. Loop's thread only.
class ControlLink final : private control::ChannelHandler {
 public:
  struct Options {
    std::string socket_path;
    /// Without a supervisor for longer: on_orphaned. 0 = never. That of the configuration takes its place.
    std::chrono::milliseconds orphan_timeout{std::chrono::minutes(10)};
  };
  struct Callbacks {
    std::function<std::vector<OutgoingFrame>()> hello;  ///< what is said first, in order
    std::function<void(internal::Frame& frame, std::vector<UniqueFd>& descriptors)> on_frame;
    std::function<void()> on_lost;
    std::function<void()> on_orphaned;
  };
  ControlLink(net::Loop& loop, Options options, Callbacks callbacks);
  ~ControlLink();

  void Start();
  /// Dropped if there is no supervisor at present: what it must know it learns from the next hello.
  void Send(const internal::Frame& frame);
  bool connected() const { return channel_ != nullptr; }
  /// Octets that the supervisor has not taken; 0 without one.
  std::size_t pending() const { return channel_ == nullptr ? 0 : channel_->pending(); }
  /// 0 if there is no supervisor at present.
  pid_t supervisor_pid() const;
  void SetOrphanTimeout(std::chrono::milliseconds timeout);
  /// Drops the channel and dials no more.
  void Stop();

 private:
  static constexpr std::chrono::milliseconds kFirstRetry{50};
  static constexpr std::chrono::milliseconds kLongestRetry{2000};
  /// A channel that holds for so long has been accepted, though nothing was said on it. Longer than the
  /// deadline for a hello is not needed: callers are turned away when they have said it.
  static constexpr std::chrono::milliseconds kAccepted{2000};

  void Dial();
  void DialLater();
  void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& descriptors) override;
  void OnChannelClosed(const Status& reason) override;
  void OnAccepted();
  void AwaitSupervisor();

  net::Loop& loop_;
  Options options_;
  Callbacks callbacks_;
  std::unique_ptr<control::Channel> channel_;
  std::chrono::milliseconds retry_ = kFirstRetry;
  Timer redial_;
  Timer accepted_;
  Timer orphan_;
};

}  // namespace wampgate::worker
