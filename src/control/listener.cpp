#include "control/listener.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "base/log.hpp"

namespace wampgate::control {
namespace {

constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Listener::Listener(net::Loop& loop, UniqueFd socket, OnAccept on_accept)
    : loop_(loop), socket_(std::move(socket)), on_accept_(std::move(on_accept)) {}

Listener::~Listener() {
  if (watched_) loop_.poller().Remove(socket_.get(), *this);
}

Status Listener::Start() {
  watched_ = loop_.poller().Add(socket_.get(), EPOLLIN, *this);
  return watched_ ? OkStatus() : ResourceExhausted("the kernel refuses to watch the control socket");
}

void Listener::OnReady(std::uint32_t /*events*/) {
  UniqueFd accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted) return on_accept_(std::move(accepted));
  if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
  log::Warning("control", "accepting a worker's control channel failed; trying again in 100 ms",
               {{"error", ErrnoStatus(errno, "accept").ToString()}});
  loop_.poller().Modify(socket_.get(), 0, *this);
  pause_.Start(loop_.timers(), kPause, [this] { loop_.poller().Modify(socket_.get(), EPOLLIN, *this); });
}

}  // namespace wampgate::control
