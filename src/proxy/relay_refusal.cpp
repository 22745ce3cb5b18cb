// What becomes of a message that cannot reach the other side of a relay: it is answered, never swallowed
// (design 5).
#include <fmt/core.h>

#include "base/log.hpp"
#include "proxy/relay.hpp"

namespace wampgate::proxy {

namespace {

using wamp::Undelivered;

Toward Opposite(Toward side) {
  return side == Toward::kBackend ? Toward::kClient : Toward::kBackend;
}

}  // namespace

Relay::Passed Relay::RefuseTooLong(Toward toward, std::string_view message) {
  wamp::TranscodeResult failure;
  failure.code = wamp::TranscodeResult::Code::kTooLarge;
  failure.detail = fmt::format("{} octets are more than the {} that the other side takes", message.size(),
                               side(toward).channel().max_send_size());
  return Refuse(toward, message, std::move(failure));
}

Relay::Passed Relay::Refuse(Toward toward, std::string_view message, wamp::TranscodeResult failure) {
  ++refused_;
  ++(failure.code == wamp::TranscodeResult::Code::kTooLarge ? runtime_.counters.too_long
                                                            : runtime_.counters.unexpressible);
  runtime_.detail = failure.detail;
  Side& to = side(toward);
  const auto sender =
      toward == Toward::kBackend ? Undelivered::Sender::kClient : Undelivered::Sender::kRouter;
  const auto remedy =
      wamp::RemedyFor({sender, other(toward).serializer(), to.serializer(), message, std::move(failure)});
  switch (remedy.kind) {
    case wamp::Remedy::Kind::kDrop:
      Drop(remedy.text);
      return Passed::kYes;
    case wamp::Remedy::Kind::kReply:
      Answer(Opposite(toward), remedy.to_sender);
      return Passed::kYes;
    case wamp::Remedy::Kind::kReplace:
      if (!to.Send(remedy.to_receiver)) Drop(remedy.text);
      if (!remedy.to_sender.empty()) Answer(Opposite(toward), remedy.to_sender);
      if (remedy.ended_request != 0) {
        auto& ended = ended_[static_cast<std::size_t>(toward)];
        if (ended == nullptr) ended = std::make_unique<wamp::EndedRequests>();
        ended->Add(remedy.ended_request);
      }
      return Passed::kYes;
    case wamp::Remedy::Kind::kEndSession:
      break;
  }
  runtime_.detail = remedy.text;
  return Passed::kViolation;
}

void Relay::Drop(std::string_view text) {
  ++runtime_.counters.dropped;
  if (dropped_++ != 0) return;  // once per session
  log::Warning("proxy", "message dropped that the other side cannot be told",
               {{"detail", text},
                {"client_serializer", wamp::Name(client_.serializer())},
                {"backend_serializer", wamp::Name(backend_.serializer())}});
}

void Relay::Answer(Toward sender, std::string_view message) {
  Side& to = side(sender);
  if (!to.Send(message)) return;
  if (to.channel().pending() > MessageChannel::kHighWatermark) Hold(sender, Source::kItself);
}

bool Relay::IsSwallowed(Toward toward, std::string_view message) {
  auto& ended = ended_[static_cast<std::size_t>(toward)];
  const bool swallowed = ended->Swallows(other(toward).serializer(), message);
  if (ended->empty()) ended.reset();
  return swallowed;
}

}  // namespace wampgate::proxy
