#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "base/message_channel.hpp"

namespace wampgate::testing {

/// The far end of a FakeChannel: what a test sees and does as the peer. Outlives the channel.
struct FakePeer {
  std::deque<std::pair<MessageKind, std::string>> sent;  ///< by the node, oldest first
  MessageReceiver* receiver = nullptr;
  bool alive = true;     ///< the channel exists
  bool closing = false;  ///< Close or Abort was called
  bool aborted = false;
  bool reading = true;
  bool ended = false;  ///< OnChannelEnd was called
  std::uint16_t close_code = 0;
  std::string close_reason;
  std::size_t pending = 0;  ///< what the channel says is unsent
  std::size_t max_send_size = 16 * 1024 * 1024;
  bool can_stream = false;
  bool tells_kind = false;

  void Deliver(MessageKind kind, std::string_view payload) { receiver->OnMessage(kind, payload); }
  /// Ends the channel as the peer or the network would; also completes a Close of the node.
  void Finish(ChannelEnd::Cause cause = ChannelEnd::Cause::kClosedByPeer) {
    if (std::exchange(ended, true) || !alive) return;
    receiver->OnChannelEnd(
        {.cause = closing ? ChannelEnd::Cause::kClosedByUs : cause, .code = 1000, .reason = {}});
  }
};

/// A MessageChannel without a network.
class FakeChannel final : public MessageChannel {
 public:
  explicit FakeChannel(std::shared_ptr<FakePeer> peer) : peer_(std::move(peer)) {}
  ~FakeChannel() override { peer_->alive = false; }

  void SetReceiver(MessageReceiver* receiver) override { peer_->receiver = receiver; }
  bool Send(MessageKind kind, std::string_view payload, Coalesce) override {
    if (peer_->closing || payload.size() > peer_->max_send_size) return false;
    peer_->sent.emplace_back(kind, payload);
    ++traffic_.messages_out;
    return true;
  }
  bool BeginMessage(MessageKind kind, std::size_t total) override {
    if (peer_->closing || total > peer_->max_send_size) return false;
    peer_->sent.emplace_back(kind, std::string());
    return true;
  }
  void SendPart(std::string_view octets) override { peer_->sent.back().second += octets; }
  bool tells_kind() const override { return peer_->tells_kind; }
  bool can_stream() const override { return peer_->can_stream; }
  std::size_t max_send_size() const override { return peer_->max_send_size; }
  std::size_t pending() const override { return peer_->pending; }
  void PauseReading() override { peer_->reading = false; }
  void ResumeReading() override { peer_->reading = true; }
  void Close(std::uint16_t code, std::string_view reason) override {
    if (std::exchange(peer_->closing, true)) return;
    peer_->close_code = code;
    peer_->close_reason = reason;
  }
  void Abort() override {
    peer_->closing = true;
    peer_->aborted = true;
  }
  Traffic traffic() const override { return traffic_; }

 private:
  std::shared_ptr<FakePeer> peer_;
  Traffic traffic_;
};

}  // namespace wampgate::testing
