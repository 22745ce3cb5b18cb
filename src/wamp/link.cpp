#include "wamp/link.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "wamp/batch.hpp"
#include "wamp/document.hpp"

namespace wampgate::wamp {
namespace {

/// Where messages are put into their batched form; empty, hence without memory, between the calls.
ByteBuffer& Scratch() {
  thread_local ByteBuffer scratch;
  return scratch;
}

}  // namespace

Link::Link(std::unique_ptr<MessageChannel> channel, Serialization serialization)
    : channel_(std::move(channel)), serialization_(serialization) {
  channel_->SetReceiver(this);
}

Link::~Link() = default;

void Link::SetReceiver(LinkReceiver* receiver) {
  receiver_ = receiver;
}

bool Link::Send(std::string_view message) {
  const MessageKind kind = KindOf(serializer());
  if (serialization_.batching == Batching::kNone) return channel_->Send(kind, message);
  ByteBuffer& batch = Scratch();
  AppendToBatch(serializer(), message, batch);
  const bool sent = channel_->Send(kind, batch.view(), Coalesce::kYes);
  batch.Release();
  return sent;
}

bool Link::SendDocument(const nlohmann::json& message) {
  return Send(WriteDocument(serializer(), message));
}

void Link::OnMessage(MessageKind kind, std::string_view payload) {
  if (violated_ || receiver_ == nullptr) return;
  if (channel_->tells_kind() && kind != KindOf(serializer())) {
    violated_ = true;
    receiver_->OnViolation(kind == MessageKind::kText ? "text message where the serializer asks for binary"
                                                      : "binary message where the serializer asks for text");
    return;
  }
  if (serialization_.batching == Batching::kNone) {
    receiver_->OnMessage(payload);
    return;
  }
  const Status split = SplitBatch(serializer(), payload, [this](std::string_view message) {
    if (receiver_ != nullptr) receiver_->OnMessage(message);
    return receiver_ != nullptr;
  });
  if (split.ok()) return;
  violated_ = true;
  receiver_->OnViolation(Message(split));
}

bool Link::OnLargeMessage(MessageKind kind, std::size_t total, std::string_view head) {
  if (violated_ || receiver_ == nullptr || serialization_.batching == Batching::kBatched) return false;
  if (channel_->tells_kind() && kind != KindOf(serializer())) return false;  // OnMessage will refuse it
  return receiver_->OnLargeMessage(total, head);
}

void Link::OnPart(std::string_view octets, bool last) {
  if (receiver_ != nullptr) receiver_->OnPart(octets, last);
}

void Link::OnDrained() {
  if (receiver_ != nullptr) receiver_->OnDrained();
}

void Link::OnChannelEnd(const ChannelEnd& end) {
  if (receiver_ != nullptr) receiver_->OnLinkEnd(end);
}

}  // namespace wampgate::wamp
