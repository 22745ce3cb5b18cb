#pragma once

#include <cstdint>
#include <functional>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "net/poller.hpp"

namespace wampgate::control {

/// Accepts control channels of worker processes. Out of descriptors it pauses for 100 ms; nothing spins.
/// Loop's thread only.
class Listener final : private net::PollHandler {
 public:
  using OnAccept = std::function<void(UniqueFd)>;
  /// Takes a listening socket made by Listen.
  Listener(net::Loop& loop, UniqueFd socket, OnAccept on_accept);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  Status Start();
  int fd() const { return socket_.get(); }

 private:
  void OnReady(std::uint32_t events) override;
  net::Loop& loop_;
  UniqueFd socket_;
  OnAccept on_accept_;
  Timer pause_;
  bool watched_ = false;
};

}  // namespace wampgate::control
