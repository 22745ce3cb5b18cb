#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "base/message_channel.hpp"
#include "base/status.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::wamp {

/// What a Link tells its owner; same rules as MessageReceiver.
class LinkReceiver {
 public:
  /// One WAMP message in the link's serializer, not yet looked at. Valid during the call only.
  virtual void OnMessage(std::string_view message) = 0;
  /// See MessageReceiver::OnLargeMessage; only for unbatched links.
  virtual bool OnLargeMessage(std::size_t /*total*/, std::string_view /*head*/) { return false; }
  virtual void OnPart(std::string_view /*octets*/, bool /*last*/) {}
  virtual void OnDrained() = 0;
  /// The peer sent a transport message that holds no WAMP messages: wrong kind (text/binary) or a broken
  /// batch. The owner ends the session; nothing more is delivered.
  virtual void OnViolation(std::string_view detail) = 0;
  virtual void OnLinkEnd(const ChannelEnd& end) = 0;

 protected:
  ~LinkReceiver() = default;
};

/// A MessageChannel that carries WAMP: knows the serialization, splits batches that come in and joins what
/// goes out in one turn into one.
class Link final : private MessageReceiver {
 public:
  Link(std::unique_ptr<MessageChannel> channel, Serialization serialization);
  ~Link();

  void SetReceiver(LinkReceiver* receiver);
  Serialization serialization() const { return serialization_; }
  Serializer serializer() const { return serialization_.serializer; }

  /// Sends one message that is already in the link's serializer. False: longer than the peer takes, or
  /// closing.
  bool Send(std::string_view message);
  bool SendDocument(const nlohmann::json& message);

  MessageChannel& channel() { return *channel_; }
  /// Adds its objects and the channel's.
  void AddTo(PrefetchList& list) const {
    list.Add(this, sizeof *this);
    channel_->AddTo(list);
  }

 private:
  void OnMessage(MessageKind kind, std::string_view payload) override;
  bool OnLargeMessage(MessageKind kind, std::size_t total, std::string_view head) override;
  void OnPart(std::string_view octets, bool last) override;
  void OnDrained() override;
  void OnChannelEnd(const ChannelEnd& end) override;

  std::unique_ptr<MessageChannel> channel_;
  Serialization serialization_;
  LinkReceiver* receiver_ = nullptr;
  bool violated_ = false;
};

}  // namespace wampgate::wamp
