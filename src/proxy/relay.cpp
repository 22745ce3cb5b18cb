#include "proxy/relay.hpp"

#include <array>

#include "base/status.hpp"

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
  if (ended_[static_cast<std::size_t>(toward)] != nullptr && IsSwallowed(toward, message))
    return Passed::kYes;
  if (from.serializer() != to.serializer()) return PassTranslated(toward, message);
  if (!to.Send(message)) [[unlikely]] {
    // What is short enough and not taken comes too late: the link is ending.
    return message.size() > to.channel().max_send_size() ? RefuseTooLong(toward, message) : Passed::kYes;
  }
  if (to.channel().pending() > MessageChannel::kHighWatermark) Hold(toward, Source::kOtherSide);
  return Passed::kYes;
}

Relay::Passed Relay::PassTranslated(Toward toward, std::string_view message) {
  Side& to = side(toward);
  if (!to.is_open()) return Passed::kYes;
  auto result = Translate(other(toward), to, message);
  if (!result.ok()) [[unlikely]] {
    if (result.code != wamp::TranscodeResult::Code::kMalformed)
      return Refuse(toward, message, std::move(result));
    runtime_.detail = std::move(result.detail);
    return Passed::kViolation;
  }
  if (to.channel().pending() > MessageChannel::kHighWatermark) Hold(toward, Source::kOtherSide);
  return Passed::kYes;
}

wamp::TranscodeResult Relay::Translate(Side& from, Side& to, std::string_view message) {
  ByteBuffer& scratch = runtime_.scratch;
  const std::size_t limit = to.channel().max_send_size();
  auto result = wamp::Transcode(from.serializer(), message, to.serializer(), scratch, limit);
  if (result.ok()) to.Send(scratch.view());  // not taken: the link is ending
  if (scratch.capacity() > kKeptScratch) {
    scratch.Release();
  } else {
    scratch.Clear();
  }
  return result;
}

bool Relay::PassSessionMessage(Toward toward, std::string_view message) {
  Side& from = other(toward);
  Side& to = side(toward);
  if (!to.is_open()) {
    runtime_.detail = "the connection is closing";
    return false;
  }
  if (from.serializer() != to.serializer()) {
    auto result = Translate(from, to, message);
    if (!result.ok()) runtime_.detail = std::move(result.detail);
    return result.ok();
  }
  if (to.Send(message)) return true;
  runtime_.detail = "longer than the other side takes";
  return false;
}

bool Relay::BeginLarge(Toward toward, std::size_t total, std::string_view head) {
  Side& from = other(toward);
  Side& to = side(toward);
  if (!to.is_open() || from.serializer() != to.serializer()) return false;
  if (ended_[static_cast<std::size_t>(toward)] != nullptr) return false;
  const auto type = wamp::PeekType(from.serializer(), head);
  if (!type.ok() || WayOf(*type, toward) != Way::kRelayed) return false;
  return to.BeginLarge(total);
}

void Relay::PassPart(Toward toward, std::string_view octets, bool last) {
  Side& to = side(toward);
  to.SendPart(octets, last);
  if (to.is_open() && to.channel().pending() > MessageChannel::kHighWatermark)
    Hold(toward, Source::kOtherSide);
}

void Relay::Hold(Toward full, Source source) {
  if (source == Source::kOtherSide) {
    other(full).Pause(PauseCause::kOtherSideFull);
  } else {
    side(full).Pause(PauseCause::kOwnOutputFull);
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
