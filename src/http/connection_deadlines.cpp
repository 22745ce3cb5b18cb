// What a connection waits for, and how long.
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "base/log.hpp"
#include "http/connection.hpp"

namespace wampgate::http {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kLeastProgress = 4096;  // octets per deadline that keep a slow peer alive
constexpr milliseconds kLeastLinger{50};
constexpr milliseconds kEndedLinger{100};  // the peer has closed its side: only our output is waited for

// Octets the kernel holds that the peer has not acknowledged yet.
std::uint64_t Unacknowledged(int socket) {
  int octets = 0;
  return ioctl(socket, SIOCOUTQ, &octets) == 0 && octets > 0 ? static_cast<std::uint64_t>(octets) : 0;
}

}  // namespace

void Connection::ArmDeadline() {
  if (is_armed_ || phase_ == Phase::kGone) return;
  is_armed_ = true;
  const std::shared_ptr<const Site> current = site();
  const ServerOptions& options = current->options;
  switch (phase_) {
    case Phase::kIdle:
      return StartDeadline(IdleDelay(options));
    case Phase::kHead:
      return StartDeadline(options.header_timeout);
    case Phase::kBody:
      octets_mark_ = stream_->octets_in();
      return StartDeadline(options.header_timeout);
    case Phase::kSending:
    case Phase::kBlocked:
      octets_mark_ = stream_->octets_out();
      return StartDeadline(options.send_timeout);
    case Phase::kClosing:
      return StartDeadline(peer_ended_ ? kEndedLinger : std::max(kLeastLinger, options.linger_timeout));
    case Phase::kService:
    case Phase::kGone:
      return deadline_.Stop();
  }
}

void Connection::StartDeadline(milliseconds delay) {
  if (delay <= milliseconds::zero()) return deadline_.Stop();
  deadline_.Start(loop_.timers(), delay, [this] { OnDeadline(); });
}

// A new connection has to bring its first request within the head's deadline.
milliseconds Connection::IdleDelay(const ServerOptions& options) const {
  if (!had_request_ && options.header_timeout > milliseconds::zero()) return options.header_timeout;
  if (options.client_timeout) return *options.client_timeout;
  return had_request_ ? options.send_timeout : milliseconds::zero();
}

void Connection::OnDeadline() {
  is_armed_ = false;
  if (IsReading() && site()->options.only_websocket) {
    return CloseNow(net::Stream::CloseHow::kReset);
  }
  switch (phase_) {
    case Phase::kIdle:
      return OnIdleDeadline();
    case Phase::kHead:
      return OnHeadDeadline();
    case Phase::kBody:
      return OnBodyDeadline();
    case Phase::kSending:
    case Phase::kBlocked:
      return OnSendDeadline();
    case Phase::kClosing:
      return OnClosingDeadline();
    case Phase::kService:
    case Phase::kGone:
      return;
  }
}

// The time for the next request begins when the responses before have been taken.
void Connection::OnIdleDeadline() {
  const std::shared_ptr<const Site> current = site();
  if (stream_->pending() > 0 && PeerTakesOutput()) return ArmDeadline();
  const bool has_limit = current->options.client_timeout || !had_request_;
  if (stream_->pending() > 0 || has_limit) CloseNow(net::Stream::CloseHow::kOrderly);
}

void Connection::OnHeadDeadline() {
  RefuseRequest({408, "Request Timeout", "The head of the request did not arrive in time."});
}

void Connection::OnBodyDeadline() {
  if (stream_->octets_in() - octets_mark_ >= kLeastProgress) return ArmDeadline();
  RefuseRequest({408, "Request Timeout", "The body of the request did not arrive in time."});
}

void Connection::OnSendDeadline() {
  if (stream_->pending() == 0 || PeerTakesOutput()) return ArmDeadline();
  log::Info("http", "a peer does not take its response; its connection is closed",
            {{"peer", peer_}, {"unsent_octets", stream_->pending()}});
  CloseNow(net::Stream::CloseHow::kReset);
}

void Connection::OnClosingDeadline() {
  const std::shared_ptr<const Site> current = site();
  if (stream_->pending() == 0) {
    if (was_drained_ || peer_ended_) return CloseNow(net::Stream::CloseHow::kOrderly);
    was_drained_ = true;
    return ArmDeadline();
  }
  stalled_ = PeerTakesOutput() ? milliseconds::zero()
                               : stalled_ + std::max(kEndedLinger, current->options.linger_timeout);
  const milliseconds limit = current->options.send_timeout;
  if (limit > milliseconds::zero() && stalled_ >= limit) return CloseNow(net::Stream::CloseHow::kReset);
  ArmDeadline();
}

// Whether the peer has acknowledged enough since this was last true, or since the mark was set.
bool Connection::PeerTakesOutput() {
  const std::uint64_t out = stream_->octets_out();
  const std::uint64_t taken = out - std::min(out, Unacknowledged(stream_->fd()));
  if (taken < octets_mark_ + kLeastProgress) return false;
  octets_mark_ = taken;
  return true;
}

}  // namespace wampgate::http
