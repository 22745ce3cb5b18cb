#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "net/loop.hpp"
#include "net/poller.hpp"

namespace wampgate::supervisor {

/// How a process ended.
struct ChildExit {
  /// kUnknown: of a process that another supervisor has started; only its parent is told.
  enum class How : std::uint8_t { kCode, kSignal, kUnknown };
  How how = How::kCode;
  int number = 0;  ///< exit code or signal
  bool orderly() const { return how == How::kCode && number == 0; }
};
/// "exit code 1", "killed by signal 9 (SIGKILL)".
std::string ToString(const ChildExit& exit);

/// What to start: our own binary as a worker, unless a test says otherwise.
struct ChildCommand {
  std::string executable = "/proc/self/exe";
  std::vector<std::string> arguments;  ///< argv, name of the program included
  std::map<std::string, std::string> environment;
  enum class Inherit : std::uint8_t { kNothing, kEnvironment };
  Inherit inherit = Inherit::kEnvironment;  ///< our environment, with `environment` over it
  int output = -1;                          ///< where its stdout and stderr go; below 0: where ours go
};

/// A process: a child started in a session of its own, with /dev/null as stdin, our stdout and stderr and no
/// other descriptor, default signals; watched by its pidfd. Loop's thread only.
class Child final : public net::Mortal, private net::PollHandler {
 public:
  using OnExit = std::function<void(const ChildExit&)>;
  /// `on_exit` is called once, when the process has been reaped; destroying the Child before that lets the
  /// process run on unwatched.
  static StatusOr<std::unique_ptr<Child>> Spawn(net::Loop& loop, const ChildCommand& command, OnExit on_exit);
  /// A process that runs already and is perhaps no child of ours. Not OK if the kernel refuses the watch.
  static StatusOr<std::unique_ptr<Child>> Watch(net::Loop& loop, pid_t pid, UniqueFd pidfd, OnExit on_exit);
  ~Child() override;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  /// In clock ticks since boot: with the pid it names a process for good.
  std::uint64_t start_time() const { return start_time_; }
  /// Who is told of the end from now on.
  void SetOnExit(OnExit on_exit) { on_exit_ = std::move(on_exit); }
  /// No effect once it has ended.
  void Signal(int signal);

 private:
  Child(net::Loop& loop, pid_t pid, UniqueFd pidfd, OnExit on_exit);
  void OnReady(std::uint32_t events) override;
  void TellOf(const ChildExit& exit);

  net::Loop& loop_;
  pid_t pid_;
  UniqueFd pidfd_;
  OnExit on_exit_;
  std::uint64_t start_time_ = 0;
  bool watched_ = false;
};

/// When a running process was started, to the second or so.
std::chrono::system_clock::time_point ProcessStartedAt(pid_t pid);

/// Start time of a running process in clock ticks since boot; 0 if there is no such process or it is a
/// zombie.
std::uint64_t ProcessStartTime(pid_t pid);

}  // namespace wampgate::supervisor
