#include "proxy/relay.hpp"

#include <array>

#include "base/status.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::proxy {

namespace {

using wamp::MessageType;

/// What an open session does with a type code that comes from the client or from the router.
enum class Way : std::uint8_t { kNone, kRelayed, kSession };

struct Ways {
  std::array<Way, 512> from_client{};
  std::array<Way, 512> from_router{};
};

Ways MakeWays() {
  Ways ways;
  for (std::size_t code = 0; code < ways.from_client.size(); ++code) {
    if (!wamp::IsKnown(code)) continue;
    const auto type = static_cast<MessageType>(code);
    const Way way = type <= MessageType::kGoodbye ? Way::kSession : Way::kRelayed;
    if (wamp::IsFromClient(type)) ways.from_client[code] = way;
    if (wamp::IsFromRouter(type)) ways.from_router[code] = way;
  }
  return ways;
}

Way WayOf(MessageType type, Toward toward) {
  static const Ways kWays = MakeWays();
  const auto code = static_cast<std::size_t>(type);
  return toward == Toward::kBackend ? kWays.from_client[code] : kWays.from_router[code];
}

/// Scratch of this size is kept for the next message; more is given back.
constexpr std::size_t kKeptScratch = 256 * 1024;

}  // namespace

Relay::Relay(Runtime& runtime, Owner& owner) : runtime_(runtime), owner_(owner) {}

Relay::Passed Relay::Pass(Toward toward, std::string_view message) {
  Side& from = other(toward);
  Side& to = side(toward);
  const auto type = wamp::PeekType(from.serializer(), message);
  if (!type.ok()) [[unlikely]] {
    runtime_.detail = Message(type.status());
    return Passed::kViolation;
  }
  switch (WayOf(*type, toward)) {
    case Way::kRelayed:
      break;
    case Way::kSession:
      type_ = *type;
      return Passed::kSessionMessage;
    case Way::kNone:
      runtime_.detail =
          std::string(wamp::Name(*type)) + " from a " + (toward == Toward::kBackend ? "client" : "router");
      return Passed::kViolation;
  }
  if (from.serializer() != to.serializer()) return PassTranslated(toward, message);
  if (!to.Send(message)) [[unlikely]] {
    // What is short enough and not taken comes too late: the link is ending.
    return message.size() > to.channel().max_send_size() ? Refuse(toward, message, Refusal::kTooLong)
                                                         : Passed::kYes;
  }
  if (to.channel().pending() > MessageChannel::kHighWatermark) Hold(toward, toward);
  return Passed::kYes;
}

Relay::Passed Relay::PassTranslated(Toward toward, std::string_view message) {
  Side& to = side(toward);
  if (!to.is_open()) return Passed::kYes;
  switch (Translate(other(toward), to, message)) {
    case Translated::kSent:
      break;
    case Translated::kMalformed:
      return Passed::kViolation;
    case Translated::kUnexpressible:
      return Refuse(toward, message, Refusal::kUnexpressible);
    case Translated::kTooLong:
      return Refuse(toward, message, Refusal::kTooLong);
  }
  if (to.channel().pending() > MessageChannel::kHighWatermark) Hold(toward, toward);
  return Passed::kYes;
}

Relay::Translated Relay::Translate(Side& from, Side& to, std::string_view message) {
  ByteBuffer& scratch = runtime_.scratch;
  const std::size_t limit = to.channel().max_send_size();
  const auto result = wamp::Transcode(from.serializer(), message, to.serializer(), scratch, limit);
  Translated outcome = Translated::kSent;
  switch (result.code) {
    case wamp::TranscodeResult::Code::kOk:
      if (!to.Send(scratch.view()) && scratch.size() > limit) outcome = Translated::kTooLong;
      break;
    case wamp::TranscodeResult::Code::kMalformed:
      outcome = Translated::kMalformed;
      break;
    case wamp::TranscodeResult::Code::kUnexpressible:
      outcome = Translated::kUnexpressible;
      break;
    case wamp::TranscodeResult::Code::kTooLarge:
      outcome = Translated::kTooLong;
      break;
  }
  if (!result.ok()) runtime_.detail = result.detail;
  if (scratch.capacity() > kKeptScratch) {
    scratch.Release();
  } else {
    scratch.Clear();
  }
  return outcome;
}

bool Relay::PassSessionMessage(Toward toward, std::string_view message) {
  Side& from = other(toward);
  Side& to = side(toward);
  if (!to.is_open()) {
    runtime_.detail = "the connection is closing";
    return false;
  }
  if (from.serializer() != to.serializer()) {
    const Translated outcome = Translate(from, to, message);
    if (outcome == Translated::kTooLong) runtime_.detail = "longer than the other side takes";
    return outcome == Translated::kSent;
  }
  if (to.Send(message)) return true;
  runtime_.detail = "longer than the other side takes";
  return false;
}

bool Relay::BeginLarge(Toward toward, std::size_t total, std::string_view head) {
  Side& from = other(toward);
  Side& to = side(toward);
  if (!to.is_open() || from.serializer() != to.serializer()) return false;
  const auto type = wamp::PeekType(from.serializer(), head);
  if (!type.ok() || WayOf(*type, toward) != Way::kRelayed) return false;
  return to.BeginLarge(total);
}

void Relay::PassPart(Toward toward, std::string_view octets, bool last) {
  Side& to = side(toward);
  to.SendPart(octets, last);
  if (to.is_open() && to.channel().pending() > MessageChannel::kHighWatermark) Hold(toward, toward);
}

void Relay::Hold(Toward full, Toward cause) {
  Side& to = side(full);
  if (cause == full) {
    other(full).Pause(PauseCause::kOtherSideFull);
  } else {
    to.Pause(PauseCause::kOwnOutputFull);
  }
  WatchSlow(full);
}

void Relay::WatchSlow(Toward slow) {
  Side& to = side(slow);
  if (slow_timeout_.count() == 0 || to.slow_timer().running()) return;
  to.pending_mark = to.channel().pending();
  to.slow_timer().Start(runtime_.loop.timers(), slow_timeout_, [this, slow] { OnSlowTimer(slow); });
}

void Relay::OnSlowTimer(Toward slow) {
  Side& to = side(slow);
  if (!to.is_open()) return;
  // Still above, but it took at least a whole budget meanwhile: slow is not stuck.
  if (to.channel().pending() + MessageChannel::kHighWatermark <= to.pending_mark) return WatchSlow(slow);
  owner_.OnSlow(slow);
}

void Relay::Drained(Toward drained) {
  Side& to = side(drained);
  to.slow_timer().Stop();
  other(drained).Resume(PauseCause::kOtherSideFull);
  to.Resume(PauseCause::kOwnOutputFull);
}

}  // namespace wampgate::proxy
