#include "proxy/frontend_session.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include "wamp/uri.hpp"

namespace wampgate::proxy {

namespace {

using wamp::MessageType;
using wamp::SessionAction;
using wamp::SessionEvent;
using wamp::SessionState;

/// Longest wait for the answer to End() while a large message is passing.
constexpr std::chrono::milliseconds kPartTimeout{5000};

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

}  // namespace

FrontendSession::FrontendSession(Runtime& runtime, std::shared_ptr<const FrontendSettings> settings,
                                 std::unique_ptr<wamp::Link> link, wamp::TransportDetails details)
    : runtime_(runtime),
      relay_(runtime, *this),
      joining_(std::make_unique<Joining>(std::move(settings))),
      details_(std::move(details)),
      started_(std::chrono::steady_clock::now()),
      last_tick_(runtime.loop.timers().tick()) {
  relay_.client().Attach(std::move(link), from_client_);
}

FrontendSession::~FrontendSession() = default;

void FrontendSession::Start() {
  SetDeadline(joining_->settings->limits.hello_timeout);
}

void FrontendSession::Refuse(EndReason reason) {
  stage_ = wamp::SessionStage::kAccept;
  AbortClient({reason, "", ""});
}

bool FrontendSession::FromClient::OnLargeMessage(std::size_t total, std::string_view head) {
  if (session.state_ != SessionState::kOpen || session.end_after_part_) return false;
  const bool begun = session.relay_.BeginLarge(Toward::kBackend, total, head);
  if (begun && session.is_traced_) session.TraceLarge(Toward::kBackend, total, head);
  return begun;
}

void FrontendSession::FromClient::OnPart(std::string_view octets, bool last) {
  if (last) session.runtime_.registry.CountMessage();
  session.relay_.PassPart(Toward::kBackend, octets, last);
  if (session.end_after_part_) session.AfterPart();
}

void FrontendSession::FromClient::OnViolation(std::string_view detail) {
  session.Violate(detail);
}

bool FrontendSession::FromBackend::OnLargeMessage(std::size_t total, std::string_view head) {
  if (session.state_ != SessionState::kOpen || session.end_after_part_) return false;
  const bool begun = session.relay_.BeginLarge(Toward::kClient, total, head);
  if (begun && session.is_traced_) session.TraceLarge(Toward::kClient, total, head);
  return begun;
}

void FrontendSession::FromBackend::OnPart(std::string_view octets, bool last) {
  if (last) session.runtime_.registry.CountMessage();
  session.relay_.PassPart(Toward::kClient, octets, last);
  if (session.end_after_part_) session.AfterPart();
}

void FrontendSession::FromBackend::OnViolation(std::string_view detail) {
  session.BackendViolated(detail);
}

SessionAction FrontendSession::Step(SessionEvent event) {
  const auto transition = wamp::Next(state_, event);
  state_ = transition.state;
  return transition.action;
}

std::string_view FrontendSession::backend() const {
  return backend_ ? std::string_view(backend_->options().name) : std::string_view();
}

inline Relay::Passed FrontendSession::Pass(Toward toward, std::string_view message) {
  last_tick_ = runtime_.loop.timers().tick();
  if (is_traced_) [[unlikely]]
    return PassTraced(toward, message);
  return relay_.Pass(toward, message);
}

void FrontendSession::OnClientMessage(std::string_view message) {
  runtime_.registry.CountMessage();
  if (state_ == SessionState::kOpen) [[likely]] {
    switch (Pass(Toward::kBackend, message)) {
      case Relay::Passed::kYes:
        return;
      case Relay::Passed::kSessionMessage:
        return OnClientSessionMessage(relay_.type(), message);
      case Relay::Passed::kViolation:
        return Violate(runtime_.detail);
    }
  }
  if (state_ == SessionState::kClosed) return;
  const auto type = wamp::PeekType(relay_.client().serializer(), message);
  if (!type.ok()) return Violate(Message(type.status()));
  OnClientSessionMessage(*type, message);
}

void FrontendSession::OnClientSessionMessage(MessageType type, std::string_view message) {
  const SessionState before = state_;
  switch (Step(EventOf(type))) {
    case SessionAction::kAuthenticateClient:
      return OnHello(message);
    case SessionAction::kContinueAuth:
      return OnAuthenticate(message);
    case SessionAction::kRelay:
      return RelayAuthenticate(message);
    case SessionAction::kGoodbye:
      return OnClientGoodbye(message);
    case SessionAction::kViolation:
      return Violate(fmt::format("{} received while {}", wamp::Name(type),
                                 before == SessionState::kWaitHello        ? "waiting for HELLO"
                                 : before == SessionState::kAuthenticating ? "authenticating"
                                 : before == SessionState::kJoining        ? "joining"
                                                                           : "the session is open"));
    case SessionAction::kClose:
      // The answer to a GOODBYE, or ABORT: the router hears it from the client.
      if (id_ != 0 && !backend_is_told_)
        backend_is_told_ = relay_.PassSessionMessage(Toward::kBackend, message);
      Note(type == MessageType::kAbort && id_ == 0 ? EndReason::kClientClosed : EndReason::kClientGoodbye,
           wamp::Name(type));
      return CloseBoth("");
    default:
      return;
  }
}

void FrontendSession::OnBackendMessage(std::string_view message) {
  runtime_.registry.CountMessage();
  switch (state_) {
    case SessionState::kOpen:
      switch (Pass(Toward::kClient, message)) {
        case Relay::Passed::kYes:
          return;
        case Relay::Passed::kSessionMessage:
          return OnOpenBackendMessage(relay_.type(), message);
        case Relay::Passed::kViolation:
          return BackendViolated(runtime_.detail);
      }
      return;
    case SessionState::kJoining:
      return OnJoiningMessage(message);
    case SessionState::kClosing: {
      const auto type = wamp::PeekType(relay_.backend().serializer(), message);
      const bool is_answer = type.ok() && (*type == MessageType::kGoodbye || *type == MessageType::kAbort);
      if (is_answer && client_is_owed_goodbye_) OnBackendGoodbye(*type, message);
      return;
    }
    default:
      return;
  }
}

void FrontendSession::OnOpenBackendMessage(MessageType type, std::string_view message) {
  switch (type) {
    case MessageType::kGoodbye:
    case MessageType::kAbort:
      return OnBackendGoodbye(type, message);
    default:
      return BackendViolated(fmt::format("{} in an open session", wamp::Name(type)));
  }
}

void FrontendSession::SetDeadline(std::chrono::milliseconds delay) {
  if (delay.count() <= 0) return deadline_.Stop();
  deadline_.Start(runtime_.loop.timers(), delay, [this] { OnDeadline(); });
}

void FrontendSession::OnDeadline() {
  const SessionState before = state_;
  if (before == SessionState::kClosed) return Kill();
  Step(SessionEvent::kDeadline);
  switch (before) {
    case SessionState::kWaitHello:
      return AbortClient({EndReason::kHelloTimeout, "",
                          fmt::format("no HELLO within {}", joining_->settings->limits.hello_timeout)});
    case SessionState::kAuthenticating:
      return AbortClient(
          {EndReason::kHelloTimeout, "",
           fmt::format("no AUTHENTICATE within {}", joining_->settings->limits.authenticate_timeout)});
    case SessionState::kJoining: {
      if (joining_->challenged) {
        return AbortClient(
            {EndReason::kHelloTimeout, "",
             fmt::format("no AUTHENTICATE within {}", joining_->settings->limits.authenticate_timeout)});
      }
      const auto& backend = *joining_->backend;
      const auto text = fmt::format("backend {} did not answer HELLO in time", backend.address());
      if (!joining_->answered) joining_->backend->Failed(text, BackendHealth::Clock::now());
      return AbortClient({EndReason::kJoinTimeout, "", text});
    }
    case SessionState::kClosing:
      AnswerOwedGoodbye();
      return CloseBoth("");
    default:
      return CloseBoth("");  // open: End() has waited long enough for the end of a large message
  }
}

void FrontendSession::OnSlow(Toward side) {
  if (state_ != SessionState::kOpen) return;
  if (side == Toward::kClient) {
    Note(EndReason::kSlowConsumer, "the client does not take its messages");
    Step(SessionEvent::kDeadline);
    relay_.client().Abort();
    LeaveBackend(wamp::uri::kCloseNormal);
    SetDeadline(kPartTimeout);
    return;
  }
  relay_.backend().Abort();
  state_ = SessionState::kClosing;
  SayGoodbye({EndReason::kSlowConsumer, std::string(wamp::uri::kCloseSystemShutdown),
              "the backend does not take the messages of this session"});
}

void FrontendSession::End(EndReason reason, const wamp::Farewell& farewell) {
  if (is_ending_ || state_ == SessionState::kClosed) return;
  last_words().farewell = farewell;
  if (state_ == SessionState::kOpen && (relay_.client().is_streaming() || relay_.backend().is_streaming())) {
    Note(reason, "");
    end_after_part_ = true;
    return SetDeadline(kPartTimeout);
  }
  const SessionAction action = Step(SessionEvent::kPeerGoodbye);
  if (action == SessionAction::kAbort) AbortClient({reason, farewell.uri, farewell.text});
  if (action == SessionAction::kGoodbye) SayGoodbye({reason, farewell.uri, farewell.text});
}

void FrontendSession::AfterPart() {
  if (relay_.client().is_streaming() || relay_.backend().is_streaming()) return;
  end_after_part_ = false;
  const wamp::Farewell& farewell = last_words().farewell;
  if (Step(SessionEvent::kPeerGoodbye) == SessionAction::kGoodbye)
    SayGoodbye({end_reason_, farewell.uri, farewell.text});
}

void FrontendSession::Kill() {
  if (is_finished_) return;
  Note(EndReason::kClosedByOperator, "");
  state_ = SessionState::kClosed;
  relay_.client().Abort();
  relay_.backend().Abort();
  DropSearch();
  Finish();
}

}  // namespace wampgate::proxy
