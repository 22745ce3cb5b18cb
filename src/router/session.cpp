#include "router/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/ids.hpp"
#include "base/utf8.hpp"
#include "wamp/document.hpp"
#include "wamp/hello_details.hpp"
#include "wamp/message.hpp"
#include "wamp/session_end.hpp"
#include "wamp/uri.hpp"

namespace wampgate::router {

using nlohmann::json;
using wamp::MessageType;
using wamp::SessionAction;
using wamp::SessionEvent;
using wamp::SessionState;

namespace {

constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseGoingAway = 1001;
constexpr std::uint16_t kCloseProtocolError = 1002;
constexpr std::uint16_t kClosePolicy = 1008;
constexpr std::uint16_t kCloseTryAgainLater = 1013;

/// What the router can do, announced in WELCOME.
json RouterRoles() {
  return {{"broker",
           {{"features",
             {{"pattern_based_subscription", true},
              {"publisher_exclusion", true},
              {"publisher_identification", true}}}}},
          {"dealer",
           {{"features",
             {{"call_canceling", true},
              {"caller_identification", true},
              {"pattern_based_registration", true},
              {"progressive_call_results", true}}}}}};
}

SessionEvent EventOf(MessageType type) {
  switch (type) {
    case MessageType::kHello:
      return SessionEvent::kHello;
    case MessageType::kAuthenticate:
      return SessionEvent::kAuthenticate;
    case MessageType::kAbort:
      return SessionEvent::kAbort;
    case MessageType::kGoodbye:
      return SessionEvent::kGoodbye;
    default:
      return SessionEvent::kOtherMessage;
  }
}

bool AnnouncesCancelling(const json& details) {
  const json::json_pointer feature("/roles/callee/features/call_canceling");
  return details.contains(feature) && details[feature] == true;
}

EndReason ReasonOf(const ChannelEnd& end) {
  switch (end.cause) {
    case ChannelEnd::Cause::kViolation:
      return EndReason::kClientViolation;
    case ChannelEnd::Cause::kTimeout:
      return EndReason::kClientTimeout;
    case ChannelEnd::Cause::kClosedByPeer:
      return EndReason::kClientClosed;
    case ChannelEnd::Cause::kClosedByUs:
    case ChannelEnd::Cause::kLost:
      break;
  }
  return EndReason::kClientLost;
}

}  // namespace

Session::Session(Router& router, const Acceptor::Settings& settings, std::unique_ptr<wamp::Link> link,
                 wamp::TransportDetails details)
    : router_(router),
      settings_(settings),
      link_(std::move(link)),
      details_(std::move(details)),
      authenticator_(auth::MakeAuthenticator(settings.auth)),
      last_tick_(router.loop().timers().tick()) {
  link_->channel().SetPeerKind(PeerKind::kClient);
  link_->SetReceiver(this);
  SetDeadline(settings_.hello_timeout, "HELLO");
}

/// `awaited` is a constant.
void Session::SetDeadline(std::chrono::milliseconds delay, std::string_view awaited) {
  deadline_.Start(router_.loop().timers(), delay, [this, delay, awaited] {
    if (state_ == SessionState::kClosing || state_ == SessionState::kClosed) return link_->channel().Abort();
    Abort(EndReason::kHelloTimeout, wamp::uri::kProtocolViolation,
          fmt::format("no {} within {} ms", awaited, delay.count()), kClosePolicy);
  });
}

Session::~Session() = default;

const std::string& Session::realm() const {
  return realm_ ? realm_->name() : wanted_realm_;
}

void Session::OnMessage(std::string_view message) {
  router_.sessions().CountMessage();
  last_tick_ = router_.loop().timers().tick();
  if (is_traced_) [[unlikely]]
    Trace(wamp::TracedMessage::Direction::kFromClient, message);
  if (state_ == SessionState::kClosed) return;
  const auto type = wamp::PeekType(link_->serializer(), message);
  if (!type.ok()) return Violate(Message(type.status()));
  if (!wamp::IsFromClient(*type)) return Violate(fmt::format("a client may not send {}", wamp::Name(*type)));
  const auto next = wamp::Next(state_, EventOf(*type));
  if (next.action == SessionAction::kRelay) return OnRequest(message);
  if (next.action == SessionAction::kViolation) {
    return Violate(fmt::format("{} in state {}", wamp::Name(*type), wamp::Name(state_)));
  }
  Enter(next.state);
  if (next.action == SessionAction::kClose) {
    reason_ = *type == MessageType::kGoodbye ? reason_ : EndReason::kClientClosed;
    return Leave(), link_->channel().Close(kCloseNormal, {});
  }
  if (next.action != SessionAction::kIgnore) OnSessionMessage(*type, message);
}

void Session::OnSessionMessage(MessageType type, std::string_view message) {
  const auto document = wamp::ReadDocument(link_->serializer(), message);
  if (!document.ok()) return Violate(Message(document.status()));
  const json& m = *document;
  if (type == MessageType::kHello) {
    const bool well_formed = m.size() == 3 && (m[1].is_string() || m[1].is_null()) && m[2].is_object();
    return well_formed ? OnHello(m) : Violate("HELLO is not [1, Realm|uri, Details|dict]");
  }
  if (type == MessageType::kGoodbye) return OnGoodbye(m);
  const bool well_formed = m.size() == 3 && m[1].is_string() && m[2].is_object();
  well_formed ? OnAuthenticate(m) : Violate("AUTHENTICATE is not [5, Signature|string, Extra|dict]");
}

void Session::OnHello(const json& hello) {
  const std::string wanted = hello[1].is_string() ? hello[1].get<std::string>() : std::string();
  const json& hello_details = hello[2];
  NoteHello(wanted, hello_details);
  if (const Status checked = wamp::CheckHelloDetails(hello_details); !checked.ok())
    return Violate(Message(checked));
  if (!wanted.empty() && !wamp::IsLooseUri(wanted)) {
    return Abort(EndReason::kNoSuchRealm, wamp::uri::kInvalidUri,
                 fmt::format("\"{}\" is not a valid realm", wanted), kClosePolicy);
  }
  takes_interrupt_ = AnnouncesCancelling(hello_details);
  OnOutcome(authenticator_->OnHello(wanted, hello_details, details_));
}

void Session::OnAuthenticate(const json& authenticate) {
  OnOutcome(authenticator_->OnAuthenticate(authenticate[1].get_ref<const std::string&>(), authenticate[2]));
}

void Session::OnOutcome(auth::Outcome outcome) {
  if (auto* denial = std::get_if<auth::Denial>(&outcome)) {
    principal_.method = denial->method;
    return Abort(EndReason::kAuthFailed, denial->reason, denial->message, kClosePolicy);
  }
  if (const auto* challenge = std::get_if<auth::Challenge>(&outcome)) return OnChallenge(*challenge);
  principal_ = std::get<auth::Principal>(std::move(outcome));
  Join();
}

void Session::OnChallenge(const auth::Challenge& challenge) {
  principal_.method = challenge.method;
  if (!RealmOf(challenge.candidate)) return;
  stage_ = wamp::SessionStage::kAuth;
  link_->SendDocument(
      json::array({static_cast<int>(MessageType::kChallenge), challenge.method, challenge.extra}));
  SetDeadline(settings_.authenticate_timeout, "AUTHENTICATE");
}

void Session::NoteHello(const std::string& realm, const json& hello_details) {
  constexpr std::size_t kMostShown = 256;
  stage_ = wamp::SessionStage::kAuth;
  wanted_realm_ = CutAtCharacter(realm, kMostShown);
  wanted_authid_ = wamp::WantedAuthid(hello_details);
  authmethods_ = wamp::OfferedMethods(hello_details);
}

wamp::SessionFacts Session::facts() const {
  return {.is_open = joined_,
          .role = principal_.role,
          .authid = principal_.authid.empty() ? wanted_authid_ : principal_.authid,
          .authmethod = principal_.method,
          .client = link_->serialization(),
          .backend = std::nullopt,
          .traffic = link_->channel().traffic(),
          .buffered_to_client = link_->channel().pending(),
          .buffered_to_backend = 0,
          .began = began_,
          .last_message = router_.loop().timers().TimeOf(last_tick_)};
}

void Session::Trace(wamp::TracedMessage::Direction direction, std::string_view message) {
  router_.sessions().Traced(*this, {.direction = direction,
                                    .serializer = link_->serializer(),
                                    .octets = message,
                                    .size = message.size(),
                                    .outcome = "routed"});
}

/// The realm, if it and the role in it exist; null: the client has been told that they do not.
std::shared_ptr<Realm> Session::RealmOf(const auth::Principal& principal) {
  stage_ = wamp::SessionStage::kRoute;
  const auto refuse = [this](EndReason reason, std::string_view uri, const std::string& text) {
    Abort(reason, uri, text, kClosePolicy);
    return nullptr;
  };
  if (principal.realm.empty())
    return refuse(EndReason::kNoSuchRealm, wamp::uri::kNoSuchRealm, "no realm assigned");
  if (principal.role.empty())
    return refuse(EndReason::kNoSuchRole, wamp::uri::kNoSuchRole, "no authrole assigned");
  std::shared_ptr<Realm> realm = router_.Find(principal.realm);
  if (!realm) {
    return refuse(EndReason::kNoSuchRealm, wamp::uri::kNoSuchRealm,
                  fmt::format("no realm \"{}\" exists on this router", principal.realm));
  }
  if (realm->HasRole(principal.role)) return realm;
  return refuse(EndReason::kNoSuchRole, wamp::uri::kNoSuchRole,
                fmt::format("realm \"{}\" has no role \"{}\"", principal.realm, principal.role));
}

void Session::Join() {
  realm_ = RealmOf(principal_);
  if (!realm_) return;
  Enter(wamp::Next(state_, SessionEvent::kAccepted).state);
  Welcome();
}

void Session::Welcome() {
  id_ = RandomWampId();
  json welcome = {{"realm", realm_->name()},
                  {"authid", principal_.authid},
                  {"authrole", principal_.role},
                  {"authmethod", principal_.method},
                  {"authprovider", principal_.provider},
                  {"authextra", principal_.extra},
                  {"roles", RouterRoles()}};
  welcome["authextra"].erase("transport");
  if (principal_.method == "anonymous-proxy") {  // a proxy decides what of this its client gets to see
    const json own = {{"x_cb_node", router_.identity().node},
                      {"x_cb_worker", router_.identity().worker},
                      {"x_cb_peer", details_.peer},
                      {"x_cb_pid", getpid()}};
    welcome.update(own);
    welcome["authextra"].update(own);
  }
  deadline_.Stop();
  authenticator_.reset();
  joined_ = true;
  stage_ = wamp::SessionStage::kOpen;
  for (std::string* spent : {&wanted_realm_, &wanted_authid_, &authmethods_}) std::string().swap(*spent);
  Enter(wamp::Next(state_, SessionEvent::kWelcomed).state);
  link_->SendDocument(json::array({static_cast<int>(MessageType::kWelcome), id_, std::move(welcome)}));
  router_.sessions().Opened(*this);
}

void Session::OnGoodbye(const json& goodbye) {
  if (goodbye.size() != 3 || !goodbye[1].is_object() || !goodbye[2].is_string()) {
    return Violate("GOODBYE is not [6, Details|dict, Reason|uri]");
  }
  reason_ = EndReason::kClientGoodbye;
  detail_ = goodbye[2].get<std::string>();
  Leave();
  link_->SendDocument(
      json::array({static_cast<int>(MessageType::kGoodbye), json::object(), wamp::uri::kCloseGoodbyeAndOut}));
  link_->channel().Close(kCloseNormal, {});
}

void Session::Deliver(std::string_view message) {
  if (!joined_) return;
  last_tick_ = router_.loop().timers().tick();
  if (is_traced_) [[unlikely]]
    Trace(wamp::TracedMessage::Direction::kFromBackend, message);
  if (!link_->Send(message)) {
    return DropMember(EndReason::kClientViolation,
                      fmt::format("a message of {} octets is longer than the client takes ({})",
                                  message.size(), link_->channel().max_send_size()));
  }
  const std::size_t pending = link_->channel().pending();
  if (pending > kOutputBudget) {
    DropMember(EndReason::kSlowConsumer, fmt::format("{} octets waited to be taken", pending));
  } else if (pending > MessageChannel::kHighWatermark && !slow_timer_.running()) {
    WatchSlow();
  }
}

void Session::WatchSlow() {
  taken_by_timer_ = link_->channel().traffic().octets_out;
  slow_timer_.Start(router_.loop().timers(), settings_.slow_consumer_timeout, [this] { OnSlowTimer(); });
}

void Session::OnSlowTimer() {
  if (!joined_) return;
  // Slow is not stuck.
  const std::uint64_t taken = link_->channel().traffic().octets_out - taken_by_timer_;
  if (taken >= MessageChannel::kHighWatermark) return WatchSlow();
  DropMember(EndReason::kSlowConsumer,
             fmt::format("{} octets were taken in {} ms, {} waited", taken,
                         settings_.slow_consumer_timeout.count(), link_->channel().pending()));
}

void Session::DropMember(EndReason reason, std::string detail) {
  reason_ = reason;
  detail_ = std::move(detail);
  joined_ = false;
  slow_timer_.Stop();
  Enter(SessionState::kClosed);
  link_->channel().Abort();
}

void Session::OnDrained() {
  slow_timer_.Stop();
  if (!paused_) return;
  paused_ = false;
  link_->channel().ResumeReading();
}

void Session::Abort(EndReason reason, std::string_view uri, std::string_view message,
                    std::uint16_t close_code) {
  reason_ = reason;
  detail_ = message;
  Leave();
  Enter(SessionState::kClosed);
  link_->SendDocument(json::array({static_cast<int>(MessageType::kAbort), {{"message", message}}, uri}));
  link_->channel().Close(close_code, wamp::CloseReason(reason, message));
}

void Session::Refuse() {
  stage_ = wamp::SessionStage::kAccept;
  Abort(EndReason::kOverload, wamp::uri::kUnavailable, "too many sessions", kCloseTryAgainLater);
}

void Session::Violate(std::string_view what) {
  Abort(EndReason::kProtocolViolation, wamp::uri::kProtocolViolation, what, kCloseProtocolError);
}

void Session::OnViolation(std::string_view detail) {
  Violate(detail);
}

void Session::Leave() {
  joined_ = false;
  if (realm_) realm_->Leave(*this);
}

void Session::End(EndReason reason, const wamp::Farewell& farewell) {
  if (state_ == SessionState::kClosing || state_ == SessionState::kClosed) return;
  const bool shutdown = reason == EndReason::kShutdown;
  const std::string_view fitting = shutdown ? wamp::uri::kCloseSystemShutdown : wamp::uri::kCloseCloseRealm;
  const std::string_view uri = farewell.uri.empty() ? fitting : farewell.uri;
  if (state_ != SessionState::kOpen) {
    const std::string_view words = shutdown ? "the router stops" : "closed by an operator";
    return Abort(reason, uri, farewell.text.empty() ? words : farewell.text,
                 farewell.websocket_code != 0 ? farewell.websocket_code : kCloseGoingAway);
  }
  reason_ = reason;
  detail_ = farewell.text;
  Leave();
  Enter(wamp::Next(state_, SessionEvent::kPeerGoodbye).state);
  json goodbye = json::object();
  if (!farewell.text.empty()) goodbye["message"] = farewell.text;
  if (farewell.retry_after_seconds != 0) goodbye["retry_after"] = farewell.retry_after_seconds;
  link_->SendDocument(json::array({static_cast<int>(MessageType::kGoodbye), std::move(goodbye), uri}));
  const std::uint16_t code = shutdown ? kCloseGoingAway : kCloseNormal;
  link_->channel().Close(farewell.websocket_code != 0 ? farewell.websocket_code : code, {});
}

void Session::Kill() {
  link_->channel().Abort();
}

void Session::OnLinkEnd(const ChannelEnd& end) {
  const auto next = wamp::Next(state_, SessionEvent::kLinkEnded);
  if (state_ != SessionState::kClosed && state_ != SessionState::kClosing) {
    reason_ = ReasonOf(end);
    detail_ = end.reason;
  }
  Enter(next.state);
  Leave();
  deadline_.Stop();
  slow_timer_.Stop();
  wamp::LogSessionEnd("router", {.transport = details_,
                                 .session = id_,
                                 .realm = realm(),
                                 .authid = principal_.authid,
                                 .role = principal_.role,
                                 .reason = reason_,
                                 .detail = detail_,
                                 .age = TimerWheel::Clock::now() - began_,
                                 .traffic = link_->channel().traffic()});
  router_.sessions().Ended(
      *this, {.reason = reason_, .stage = stage_, .detail = detail_, .authmethods = authmethods_});
  router_.sessions().Remove(*this);
}

}  // namespace wampgate::router
