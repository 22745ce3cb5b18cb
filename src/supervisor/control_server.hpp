#pragma once

#include <functional>
#include <list>
#include <memory>

#include "base/status.hpp"
#include "control/listener.hpp"
#include "net/loop.hpp"
#include "supervisor/arrival.hpp"
#include "supervisor/process_table.hpp"

namespace wampgate::supervisor {

/// The control socket: takes the channels of worker processes and hands each to the process it belongs to,
/// once that has said Hello. Whoever is not a process of ours, by uid, pid and generation, is turned away.
/// Loop's thread only.
class ControlServer {
 public:
  static constexpr std::chrono::seconds kHelloDeadline{5};

  ControlServer(net::Loop& loop, ProcessTable& table);
  ~ControlServer();
  /// `listening`: the socket at `path`, if this process has it from the supervisor before.
  Status Start(const std::string& path, UniqueFd listening = {});
  /// The socket it listens on.
  int fd() const { return listener_->fd(); }

  /// Gets the arrivals that no process of this supervisor has made. True: it has taken what it wants of it.
  using Strangers = std::function<bool(Arrival& arrival)>;
  void OnStranger(Strangers strangers) { strangers_ = std::move(strangers); }

 private:
  class Caller;
  void OnAccept(UniqueFd socket);
  void Identify(Caller& caller);
  void Drop(Caller& caller);

  net::Loop& loop_;
  ProcessTable& table_;
  Strangers strangers_;
  std::unique_ptr<control::Listener> listener_;
  std::list<std::unique_ptr<Caller>> callers_;
};

}  // namespace wampgate::supervisor
