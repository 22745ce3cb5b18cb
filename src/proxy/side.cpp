#include "proxy/side.hpp"

#include <utility>

#include "proxy/close_codes.hpp"
#include "wamp/document.hpp"

namespace wampgate::proxy {

void Side::Attach(std::unique_ptr<wamp::Link> link, wamp::LinkReceiver& receiver) {
  link_ = std::move(link);
  paused_ = 0;
  closing_ = ended_ = streaming_ = false;
  link_->channel().SetPeerKind(kind_);
  link_->SetReceiver(&receiver);
}

std::unique_ptr<wamp::Link> Side::Detach() {
  if (link_ != nullptr) link_->SetReceiver(nullptr);
  ended_ = true;
  slow_timer_.Stop();
  return std::move(link_);
}

MessageChannel::Traffic Side::traffic() const {
  return link_ == nullptr ? MessageChannel::Traffic{} : link_->channel().traffic();
}

std::optional<wamp::Serialization> Side::serialization() const {
  return link_ == nullptr ? std::nullopt : std::optional(link_->serialization());
}

bool Side::SendDocument(const nlohmann::json& message) {
  return Send(wamp::WriteDocument(link_->serializer(), message));
}

bool Side::SendLater(std::string_view message) {
  if (closing_ || message.size() > channel().max_send_size()) return false;
  if (waiting_ == nullptr) waiting_ = std::make_unique<std::vector<std::string>>();
  waiting_->emplace_back(message);
  Pause(PauseCause::kAnswerWaits);
  return true;
}

bool Side::BeginLarge(std::size_t total) {
  if (!is_open() || streaming_ || link_->serialization().batching != wamp::Batching::kNone) return false;
  if (!channel().can_stream() || !channel().BeginMessage(wamp::KindOf(serializer()), total)) return false;
  streaming_ = true;
  return true;
}

void Side::SendPart(std::string_view octets, bool last) {
  if (!streaming_ || closing_ || ended_) return;
  channel().SendPart(octets);
  if (!last) return;
  streaming_ = false;
  if (waiting_ == nullptr) return;
  const auto waiting = std::exchange(waiting_, nullptr);
  for (const std::string& message : *waiting) Send(message);
  Resume(PauseCause::kAnswerWaits);
}

void Side::Pause(PauseCause cause) {
  if (paused_ == 0 && is_present()) channel().PauseReading();
  paused_ |= static_cast<std::uint8_t>(cause);
}

void Side::Resume(PauseCause cause) {
  if (paused_ == 0) return;
  paused_ &= static_cast<std::uint8_t>(~static_cast<std::uint8_t>(cause));
  if (paused_ == 0 && is_present()) channel().ResumeReading();
}

void Side::ResumeAll() {
  slow_timer_.Stop();
  if (std::exchange(paused_, std::uint8_t{0}) != 0 && is_present()) channel().ResumeReading();
}

void Side::Close(std::uint16_t code, std::string_view text) {
  if (!is_open()) return;
  if (streaming_) return Abort();
  closing_ = true;
  ResumeAll();
  channel().Close(code, CloseText(text));
}

void Side::Abort() {
  if (!is_present()) return;
  closing_ = true;
  slow_timer_.Stop();
  channel().Abort();
}

}  // namespace wampgate::proxy
