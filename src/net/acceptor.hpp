#pragma once

#include <functional>
#include <memory>

#include "base/fd.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

namespace wampgate::net {

/// Accepts from one listening socket (made by the supervisor) and hands over connected streams, with
/// TCP_NODELAY. Out of descriptors: one reserve descriptor turns newcomers away and accepting pauses for 100
/// ms; nothing spins. At most 64 connections are accepted per turn.
class Acceptor {
 public:
  using OnAccept = std::function<void(std::unique_ptr<Stream>)>;
  /// Does not accept before Start. `listener` is non-blocking and may be shared with other processes.
  Acceptor(Loop& loop, UniqueFd listener, OnAccept on_accept);
  ~Acceptor();
  void Start();
  /// Stops accepting; the socket stays open (queued connections wait).
  void Stop();
  int fd() const;
  /// Connections turned away for want of descriptors.
  std::uint64_t turned_away() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wampgate::net
