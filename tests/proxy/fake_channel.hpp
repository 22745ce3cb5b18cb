#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/message_channel.hpp"
#include "net/loop.hpp"

namespace wampgate::proxy::test {

/// The far end of a FakeChannel: what a test sees and does as the peer. Outlives the channel.
struct FakePeer {
  std::vector<std::string> sent;  ///< messages of the node, oldest first
  std::string partial;            ///< of a message in parts
  MessageReceiver* receiver = nullptr;
  MessageKind kind = MessageKind::kText;
  bool alive = true;  ///< the channel exists
  bool closing = false;
  bool aborted = false;
  bool reading = true;
  bool ended = false;
  bool ends_when_closed = true;  ///< answers Close of the node at once
  bool keeps_output = false;     ///< what is sent stays pending until Take()
  bool can_stream = false;
  bool streaming = false;
  std::uint16_t close_code = 0;
  std::string close_reason;
  std::size_t pending = 0;
  std::size_t max_send_size = 16 * 1024 * 1024;

  void Deliver(std::string_view message) { receiver->OnMessage(kind, message); }
  void End(ChannelEnd::Cause cause, std::string reason = {}) {
    if (std::exchange(ended, true) || !alive) return;
    receiver->OnChannelEnd({cause, 0, std::move(reason)});
  }
  /// Takes `octets` of what is pending.
  void Take(std::size_t octets) {
    const bool was_above = pending > MessageChannel::kHighWatermark || full_;
    pending -= std::min(octets, pending);
    if (was_above && pending <= MessageChannel::kLowWatermark) {
      full_ = false;
      receiver->OnDrained();
    }
  }
  void Count(std::size_t octets) {
    if (keeps_output) pending += octets;
    if (pending > MessageChannel::kHighWatermark) full_ = true;
  }

 private:
  bool full_ = false;
};

/// A MessageChannel without a network.
class FakeChannel final : public MessageChannel {
 public:
  FakeChannel(net::Loop& loop, std::shared_ptr<FakePeer> peer) : loop_(loop), peer_(std::move(peer)) {}
  ~FakeChannel() override { peer_->alive = false; }

  void SetReceiver(MessageReceiver* receiver) override { peer_->receiver = receiver; }
  bool Send(MessageKind, std::string_view payload, Coalesce) override {
    EXPECT_FALSE(peer_->streaming) << "a message in the middle of another";
    if (peer_->closing || payload.size() > peer_->max_send_size) return false;
    peer_->sent.emplace_back(payload);
    peer_->Count(payload.size());
    ++traffic_.messages_out;
    traffic_.octets_out += payload.size();
    return true;
  }
  bool BeginMessage(MessageKind, std::size_t total) override {
    EXPECT_FALSE(peer_->streaming);
    if (peer_->closing || total > peer_->max_send_size) return false;
    peer_->streaming = true;
    total_ = total;
    return true;
  }
  void SendPart(std::string_view octets) override {
    peer_->partial += octets;
    peer_->Count(octets.size());
    if (peer_->partial.size() < total_) return;
    peer_->streaming = false;
    peer_->sent.push_back(std::exchange(peer_->partial, {}));
  }
  bool can_stream() const override { return peer_->can_stream; }
  std::size_t max_send_size() const override { return peer_->max_send_size; }
  std::size_t pending() const override { return peer_->pending; }
  void PauseReading() override { peer_->reading = false; }
  void ResumeReading() override { peer_->reading = true; }
  void Close(std::uint16_t code, std::string_view reason) override {
    if (std::exchange(peer_->closing, true)) return;
    peer_->close_code = code;
    peer_->close_reason = reason;
    if (peer_->ends_when_closed) EndLater();
  }
  void Abort() override {
    peer_->closing = peer_->aborted = true;
    EndLater();
  }
  Traffic traffic() const override { return traffic_; }

 private:
  void EndLater() {
    loop_.Post([peer = peer_] { peer->End(ChannelEnd::Cause::kClosedByUs); });
  }

  net::Loop& loop_;
  std::shared_ptr<FakePeer> peer_;
  std::size_t total_ = 0;
  Traffic traffic_;
};

}  // namespace wampgate::proxy::test
