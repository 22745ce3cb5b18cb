#include "net/keep_alive.hpp"

#include <sys/random.h>

#include <algorithm>
#include <utility>

namespace wampgate::net {
namespace {

void AppendBigEndian(std::string& to, std::uint64_t value, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) to += static_cast<char>(value >> shift);
}

/// 8 octets of Unix time in nanoseconds, 4 of the sequence number, the rest random.
std::string PingPayload(std::uint32_t sequence, std::size_t size) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string payload;
  payload.reserve(size);
  AppendBigEndian(payload, static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count()), 8);
  AppendBigEndian(payload, sequence, 4);
  const std::size_t head = payload.size();
  payload.resize(std::max(size, head));
  // At most 113 octets, which getrandom gives whole; were there none, zeros would do as well.
  if (payload.size() > head && ::getrandom(payload.data() + head, payload.size() - head, 0) < 0)
    return payload;
  return payload;
}

}  // namespace

KeepAlive::KeepAlive(TimerWheel& timers, const Options& options, KeepAliveHandler& handler)
    : timers_(timers), handler_(handler), options_(options) {}

void KeepAlive::Resume() {
  if (!paused_) return;
  paused_ = false;
  if (pending_.empty()) {
    timer_.Start(timers_, options_.interval, [this] { Fire(); });
  } else if (options_.timeout.count() > 0) {
    timer_.Start(timers_, options_.timeout, [this] { Fire(); });
  }
}

void KeepAlive::Pause() {
  paused_ = true;
  timer_.Stop();
}

void KeepAlive::OnPong(std::string_view payload) {
  if (pending_.empty() || payload != pending_) return;
  pending_.clear();
  if (!paused_) timer_.Start(timers_, options_.interval, [this] { Fire(); });
}

void KeepAlive::OnTraffic() {
  if (pending_.empty() || !timer_.running()) return;
  pending_.clear();
  timer_.Restart(options_.interval);
}

void KeepAlive::Fire() {
  if (pending_.empty()) return Ping();
  const std::uint64_t progress = handler_.Progress();
  if (progress == KeepAliveHandler::kEverythingSent || progress == std::exchange(progress_, progress)) {
    return handler_.OnPeerSilent();
  }
  timer_.Restart(options_.timeout);
}

void KeepAlive::Ping() {
  std::string payload = PingPayload(sequence_ + 1, options_.payload_size);
  if (!handler_.SendPing(payload)) return timer_.Restart(options_.interval);
  ++sequence_;
  pending_ = std::move(payload);
  progress_ = handler_.Progress();
  if (options_.timeout.count() > 0) timer_.Restart(options_.timeout);
}

}  // namespace wampgate::net
