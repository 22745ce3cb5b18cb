#include "net/acceptor.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "base/status.hpp"
#include "net/poller.hpp"

namespace wampgate::net {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kPause{100};

UniqueFd OpenReserve() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void SendReset(const UniqueFd& socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

struct Acceptor::State final : PollHandler, std::enable_shared_from_this<State> {
  State(Loop& the_loop, UniqueFd socket, OnAccept callback)
      : loop(the_loop), listener(std::move(socket)), on_accept(std::move(callback)), reserve(OpenReserve()) {}

  enum class Verdict { kNext, kDrained, kExhausted, kBroken };

  void OnReady(std::uint32_t events) override;
  Verdict AcceptOne();
  void TurnAway();
  void PauseForDescriptors();
  void Watch();
  void Unwatch();

  Loop& loop;
  UniqueFd listener;
  OnAccept on_accept;
  UniqueFd reserve;  // given up for a moment to accept and close a newcomer when no other descriptor is left
  Timer pause;
  bool started = false;
  bool watched = false;
  std::uint64_t turned_away = 0;
};

void Acceptor::State::OnReady(std::uint32_t /*events*/) {
  const auto self = shared_from_this();  // the owner may drop the acceptor inside on_accept
  for (int i = 0; i < kAcceptsPerTurn && watched; ++i) {
    switch (AcceptOne()) {
      case Verdict::kNext:
        continue;
      case Verdict::kDrained:
        return;
      case Verdict::kExhausted:
        TurnAway();
        return PauseForDescriptors();
      case Verdict::kBroken:
        return Unwatch();
    }
  }
}

Acceptor::State::Verdict Acceptor::State::AcceptOne() {
  UniqueFd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket) {
    on_accept(std::make_unique<Stream>(loop, std::move(socket)));
    return Verdict::kNext;
  }
  switch (const int error = errno; error) {
    case EAGAIN:
      return Verdict::kDrained;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return Verdict::kExhausted;
    case EINVAL:  // its owner ended it for all holders (shutdown)
      log::Debug("net", "a listening socket has been ended");
      return Verdict::kBroken;
    case EBADF:
    case ENOTSOCK:
    case EOPNOTSUPP:
      log::Error("net", "a listening socket cannot accept any more", {{"error", ErrnoText(error)}});
      return Verdict::kBroken;
    default:
      return Verdict::kNext;  // the newcomer's own trouble: ECONNABORTED, EPROTO, ENETDOWN, …
  }
}

void Acceptor::State::TurnAway() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    reserve.Reset();
    const UniqueFd newcomer(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!newcomer) break;
    SendReset(newcomer);
    ++turned_away;
  }
  if (!reserve) reserve = OpenReserve();
}

void Acceptor::State::PauseForDescriptors() {
  if (!watched) return;
  if (!pause.running()) {
    log::Warning("net",
                 "out of descriptors or memory: newcomers are turned away, accepting pauses for 100 ms",
                 {{"turned_away", turned_away}});
  }
  Unwatch();
  pause.Start(loop.timers(), kPause, [this] {
    if (!reserve) reserve = OpenReserve();
    if (started) Watch();
  });
}

void Acceptor::State::Watch() {
  if (watched) return;
  watched = loop.poller().Add(listener.get(), EPOLLIN, *this);
  if (!watched) pause.Start(loop.timers(), kPause, [this] { Watch(); });
}

void Acceptor::State::Unwatch() {
  if (std::exchange(watched, false)) loop.poller().Remove(listener.get(), *this);
}

Acceptor::Acceptor(Loop& loop, UniqueFd listener, OnAccept on_accept)
    : state_(std::make_shared<State>(loop, std::move(listener), std::move(on_accept))) {
  WAMPGATE_CHECK(state_->listener);
  // Accepted sockets inherit it; Unix sockets refuse it, which is right.
  const int on = 1;
  ::setsockopt(state_->listener.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Acceptor::~Acceptor() {
  Stop();
}

void Acceptor::Start() {
  state_->started = true;
  if (!state_->pause.running()) state_->Watch();
}

void Acceptor::Stop() {
  state_->started = false;
  state_->pause.Stop();
  state_->Unwatch();
}

int Acceptor::fd() const {
  return state_->listener.get();
}

std::uint64_t Acceptor::turned_away() const {
  return state_->turned_away;
}

}  // namespace wampgate::net
