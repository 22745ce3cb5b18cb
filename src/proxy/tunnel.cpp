#include "proxy/tunnel.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/ids.hpp"
#include "proxy/close_codes.hpp"
#include "wamp/session_end.hpp"

namespace wampgate::proxy {
namespace {

constexpr std::uint16_t kGoingAway = 1001;  // RFC 6455 7.4.1
constexpr std::uint16_t kTooBig = 1009;
constexpr std::uint16_t kInternalError = 1011;
constexpr int kMostLingers = 30;

}  // namespace

struct Tunnel::Side final : MessageReceiver {
  Side(Tunnel& its_tunnel, std::unique_ptr<MessageChannel> its_channel, PeerKind kind, const char* its_name)
      : tunnel(its_tunnel), channel(std::move(its_channel)), name(its_name) {
    channel->SetPeerKind(kind);
  }

  void OnMessage(MessageKind kind, std::string_view payload) override { tunnel.Pass(*this, kind, payload); }
  bool OnLargeMessage(MessageKind kind, std::size_t total, std::string_view /*head*/) override {
    return tunnel.BeginLarge(*this, kind, total);
  }
  void OnPart(std::string_view octets, bool last) override { tunnel.PassPart(*this, octets, last); }
  void OnDrained() override { tunnel.OnDrained(*this); }
  void OnChannelEnd(const ChannelEnd& end) override { tunnel.OnEnd(*this, end); }

  bool is_open() const { return !closing && !ended; }
  std::size_t unsent() const { return ended ? 0 : channel->pending(); }
  void Close(std::uint16_t code, std::string_view text) {
    if (!is_open()) return;
    closing = true;
    slow.Stop();
    channel->Close(code, text);
  }

  Tunnel& tunnel;
  std::unique_ptr<MessageChannel> channel;
  const char* name;
  Side* other = nullptr;
  Timer slow;                    // runs while its output is above the high watermark
  std::size_t pending_mark = 0;  // unsent octets when the timer was started
  std::size_t linger_mark = 0;   // at the last look after the end
  bool streaming = false;        // a large message towards it is under way
  bool closing = false;
  bool ended = false;
};

Tunnel::Tunnel(net::Loop& loop, wamp::SessionRegistry& registry, Settings settings,
               std::unique_ptr<MessageChannel> client, std::unique_ptr<MessageChannel> backend)
    : loop_(loop),
      registry_(registry),
      settings_(std::move(settings)),
      client_(std::make_unique<Side>(*this, std::move(client), PeerKind::kClient, "the client")),
      backend_(std::make_unique<Side>(*this, std::move(backend), PeerKind::kBackend, "the backend")),
      started_(std::chrono::steady_clock::now()),
      last_tick_(loop.timers().tick()),
      id_(RandomWampId()) {
  client_->other = backend_.get();
  backend_->other = client_.get();
}

Tunnel::~Tunnel() = default;

void Tunnel::Start() {
  client_->channel->SetReceiver(client_.get());
  backend_->channel->SetReceiver(backend_.get());
}

wamp::SessionFacts Tunnel::facts() const {
  return {.is_open = !is_ending_,
          .traffic = client_->channel->traffic(),
          .buffered_to_client = client_->unsent(),
          .buffered_to_backend = backend_->unsent(),
          .began = started_,
          .last_message = loop_.timers().TimeOf(last_tick_)};
}

void Tunnel::Pass(Side& from, MessageKind kind, std::string_view payload) {
  Side& to = *from.other;
  if (!to.is_open() || !from.is_open()) return;
  last_tick_ = loop_.timers().tick();
  if (!to.channel->Send(kind, payload)) [[unlikely]] {
    if (payload.size() <= to.channel->max_send_size()) return;  // it is ending
    Note(&from == client_.get() ? EndReason::kClientViolation : EndReason::kBackendViolation,
         fmt::format("{} sent a message of {} octets; {} takes {}", from.name, payload.size(), to.name,
                     to.channel->max_send_size()));
    from.Close(kTooBig, "the message is longer than the other side takes");
    to.Close(kGoingAway, "the other side sent a message that is too long");
    return StartLinger();
  }
  if (to.channel->pending() > MessageChannel::kHighWatermark) Hold(to);
}

bool Tunnel::BeginLarge(Side& from, MessageKind kind, std::size_t total) {
  Side& to = *from.other;
  if (!to.is_open() || !from.is_open() || to.streaming || !to.channel->can_stream()) return false;
  to.streaming = to.channel->BeginMessage(kind, total);
  return to.streaming;
}

void Tunnel::PassPart(Side& from, std::string_view octets, bool last) {
  Side& to = *from.other;
  last_tick_ = loop_.timers().tick();
  if (!to.streaming || !to.is_open()) return;
  to.channel->SendPart(octets);
  if (last) to.streaming = false;
  if (to.channel->pending() > MessageChannel::kHighWatermark) Hold(to);
}

void Tunnel::Hold(Side& full) {
  if (full.other->is_open()) full.other->channel->PauseReading();
  WatchSlow(full);
}

void Tunnel::WatchSlow(Side& slow) {
  if (settings_.slow_timeout.count() == 0 || slow.slow.running()) return;
  slow.pending_mark = slow.channel->pending();
  slow.slow.Start(loop_.timers(), settings_.slow_timeout, [this, &slow] { OnSlowTimer(slow); });
}

void Tunnel::OnSlowTimer(Side& slow) {
  if (!slow.is_open()) return;
  // Still above, but it took at least a whole budget meanwhile: slow is not stuck.
  if (slow.channel->pending() + MessageChannel::kHighWatermark <= slow.pending_mark) return WatchSlow(slow);
  Note(EndReason::kSlowConsumer, fmt::format("{} did not take its messages in time", slow.name));
  const EndWords words = WordsFor(EndReason::kSlowConsumer);
  slow.Close(words.close_code, words.text);
  slow.other->Close(kGoingAway, "the other side does not take its messages");
  StartLinger();
}

void Tunnel::OnDrained(Side& side) {
  side.slow.Stop();
  if (side.other->is_open()) side.other->channel->ResumeReading();
}

EndReason Tunnel::ReasonOf(const Side& ended, ChannelEnd::Cause cause) const {
  const bool is_client = &ended == client_.get();
  switch (cause) {
    case ChannelEnd::Cause::kClosedByPeer:
      return is_client ? EndReason::kClientClosed : EndReason::kBackendGoodbye;
    case ChannelEnd::Cause::kViolation:
      return is_client ? EndReason::kClientViolation : EndReason::kBackendViolation;
    case ChannelEnd::Cause::kTimeout:
      return is_client ? EndReason::kClientTimeout : EndReason::kBackendLost;
    case ChannelEnd::Cause::kClosedByUs:
    case ChannelEnd::Cause::kLost:
      break;
  }
  return is_client ? EndReason::kClientLost : EndReason::kBackendLost;
}

/// 1005 and 1006 stand for no code and for no Close frame and are never sent (RFC 6455 7.4.1).
Tunnel::Parting Tunnel::PassedOn(const Side& ended, const ChannelEnd& end) const {
  const bool is_client = &ended == client_.get();
  if (end.cause == ChannelEnd::Cause::kClosedByPeer) return {end.code, end.reason};
  if (end.cause != ChannelEnd::Cause::kViolation)
    return {kGoingAway, is_client ? "the client is gone" : "the backend is gone"};
  return is_client ? Parting{kGoingAway, "the client broke the protocol"}
                   : Parting{kInternalError, "the backend broke the protocol"};
}

void Tunnel::OnEnd(Side& side, const ChannelEnd& end) {
  side.ended = true;
  side.slow.Stop();
  if (is_finished_) return;
  std::string detail = end.code == 0 ? fmt::format("{}: {}", side.name, end.reason)
                                     : fmt::format("{}: code {} {}", side.name, end.code, end.reason);
  if (is_ending_ && end.cause == ChannelEnd::Cause::kTimeout) AddDetail(detail);
  Note(ReasonOf(side, end.cause), std::move(detail));
  const Parting parting = PassedOn(side, end);
  side.other->Close(parting.code, parting.text);
  StartLinger();
  FinishIfDone();
}

void Tunnel::Note(EndReason reason, std::string detail) {
  if (is_ending_) return;
  is_ending_ = true;
  end_reason_ = reason;
  end_detail_ = std::move(detail);
}

/// Of what went wrong after the end was decided.
void Tunnel::AddDetail(std::string_view more) {
  if (!end_detail_.empty()) end_detail_ += "; ";
  end_detail_ += more;
}

void Tunnel::StartLinger() {
  if (linger_.running() || is_finished_) return;
  MarkUnsent();
  linger_.Start(loop_.timers(), settings_.linger, [this] { OnLinger(); });
}

void Tunnel::MarkUnsent() {
  for (Side* side : {client_.get(), backend_.get()}) side->linger_mark = side->unsent();
}

std::size_t Tunnel::Unsent() const {
  return client_->unsent() + backend_->unsent();
}

/// A slow side that moves is waited for. One that has just taken the last of it too: the kernel still has
/// some.
void Tunnel::OnLinger() {
  const bool moves = (!client_->ended && client_->unsent() < client_->linger_mark) ||
                     (!backend_->ended && backend_->unsent() < backend_->linger_mark);
  if (moves && ++lingers_ < kMostLingers) return StartLinger();
  if (const std::size_t lost = Unsent(); lost > 0) {
    AddDetail(fmt::format("{} octets that were not taken in time are lost", lost));
  }
  Kill();
}

void Tunnel::End(EndReason reason, const wamp::Farewell& farewell) {
  if (is_ending_) return;
  Note(reason, farewell.text);
  const EndWords words = WordsFor(reason);
  client_->Close(farewell.websocket_code != 0 ? farewell.websocket_code : words.close_code,
                 farewell.text.empty() ? words.text : std::string_view(farewell.text));
  backend_->Close(kGoingAway, words.text);
  StartLinger();
}

void Tunnel::Kill() {
  if (is_finished_) return;
  Note(EndReason::kClosedByOperator, "");
  for (Side* side : {client_.get(), backend_.get()}) {
    side->closing = true;
    if (!side->ended) side->channel->Abort();
    side->ended = true;
  }
  FinishIfDone();
}

void Tunnel::FinishIfDone() {
  if (is_finished_ || !client_->ended || !backend_->ended) return;
  is_finished_ = true;
  linger_.Stop();
  client_->slow.Stop();
  backend_->slow.Stop();
  wamp::LogSessionEnd("proxy", {.transport = settings_.details,
                                .session = id_,
                                .backend = settings_.backend,
                                .reason = end_reason_,
                                .detail = end_detail_,
                                .age = std::chrono::steady_clock::now() - started_,
                                .traffic = client_->channel->traffic()});
  registry_.Ended(*this, {.reason = end_reason_,
                          .stage = wamp::SessionStage::kOpen,
                          .detail = end_detail_,
                          .backend = settings_.backend});
  registry_.Remove(*this);
}

}  // namespace wampgate::proxy
