// How a FrontendSession ends. Every way leads to CloseBoth and, when both links have ended, to Finish.
#include <fmt/core.h>

#include "proxy/frontend_session.hpp"
#include "wamp/session_end.hpp"
#include "wamp/uri.hpp"

namespace wampgate::proxy {

namespace {

using std::chrono::milliseconds;
using wamp::SessionAction;
using wamp::SessionEvent;
using wamp::SessionState;

/// For the backend to answer a client's GOODBYE.
constexpr milliseconds kBackendGoodbyeTimeout{5000};
/// For the client to answer a GOODBYE that it did not ask for.
constexpr milliseconds kClientGoodbyeTimeout{1000};
/// For both connections to end after they were closed; the channels' own deadlines are shorter.
constexpr milliseconds kLingerTimeout{15000};

EndReason ReasonOfClientEnd(ChannelEnd::Cause cause) {
  switch (cause) {
    case ChannelEnd::Cause::kClosedByPeer:
      return EndReason::kClientClosed;
    case ChannelEnd::Cause::kViolation:
      return EndReason::kClientViolation;
    case ChannelEnd::Cause::kTimeout:
      return EndReason::kClientTimeout;
    case ChannelEnd::Cause::kClosedByUs:
    case ChannelEnd::Cause::kLost:
      break;
  }
  return EndReason::kClientLost;
}

std::string Describe(const ChannelEnd& end) {
  const auto what = [&]() -> std::string_view {
    switch (end.cause) {
      case ChannelEnd::Cause::kClosedByPeer:
        return "connection closed";
      case ChannelEnd::Cause::kClosedByUs:
        return "connection closed by us";
      case ChannelEnd::Cause::kLost:
        return "connection lost";
      case ChannelEnd::Cause::kViolation:
        return "protocol violation";
      case ChannelEnd::Cause::kTimeout:
        return "timeout";
    }
    return "";
  }();
  std::string text(what);
  if (end.code != 0) text += fmt::format(" (code {})", end.code);
  if (!end.reason.empty()) text += ": " + end.reason;
  return text;
}

}  // namespace

void FrontendSession::Note(EndReason reason, std::string_view detail) {
  if (is_ending_) return;
  is_ending_ = true;
  end_reason_ = reason;
  end_detail_ = detail;
}

void FrontendSession::Violate(std::string_view detail) {
  if (relay_.client().is_closing()) return;
  AbortClient({EndReason::kProtocolViolation, "", std::string(detail)});
}

void FrontendSession::BackendViolated(std::string_view detail) {
  if (!relay_.backend().is_open() || state_ == SessionState::kClosed) return;
  const auto text = fmt::format("the backend broke the protocol: {}", detail);
  if (!relay_.backend().is_streaming()) {
    relay_.backend().SendDocument(MakeAbort(wamp::uri::kProtocolViolation, detail));
  }
  backend_is_told_ = true;
  const SessionAction action = Step(SessionEvent::kPeerLost);
  if (action == SessionAction::kAbort) {
    return AbortClient({EndReason::kBackendViolation, std::string(wamp::uri::kUnavailable), text});
  }
  SayGoodbye({EndReason::kBackendViolation, "", text});
}

void FrontendSession::AbortClient(const Ending& ending) {
  const EndWords words = WordsFor(ending.reason);
  const std::string_view text = ending.text.empty() ? words.text : std::string_view(ending.text);
  Note(ending.reason, ending.uri.empty() ? std::string(text) : fmt::format("{}: {}", ending.uri, text));
  state_ = SessionState::kClosed;
  client_is_owed_goodbye_ = false;
  Side& client = relay_.client();
  if (client.is_open() && !client.is_streaming()) {
    client.SendDocument(MakeAbort(ending.uri.empty() ? words.uri : std::string_view(ending.uri), text));
  }
  CloseBoth(text);
}

void FrontendSession::SayGoodbye(const Ending& ending) {
  const EndWords words = WordsFor(ending.reason);
  const std::string_view text = ending.text.empty() ? words.text : std::string_view(ending.text);
  const std::string_view uri = ending.uri.empty() ? words.uri : std::string_view(ending.uri);
  const std::uint32_t retry_after = last_words_ == nullptr ? 0 : last_words_->farewell.retry_after_seconds;
  Note(ending.reason, ending.text);
  LeaveBackend(uri);
  Side& client = relay_.client();
  if (!client.is_open() || client.is_streaming() ||
      !client.SendDocument(MakeGoodbye(uri, text, retry_after))) {
    state_ = SessionState::kClosed;
    return CloseBoth(text);
  }
  state_ = SessionState::kClosing;
  client_is_owed_goodbye_ = false;
  client.ResumeAll();
  SetDeadline(kClientGoodbyeTimeout);
}

void FrontendSession::OnClientGoodbye(std::string_view message) {
  const auto parting = ReadParting(relay_.client().serializer(), message);
  if (!parting.ok()) return Violate(Message(parting.status()));
  Note(EndReason::kClientGoodbye, parting->uri);
  if (!relay_.PassSessionMessage(Toward::kBackend, message)) {
    relay_.backend().SendDocument(MakeGoodbye(parting->uri, parting->text));
  }
  backend_is_told_ = true;
  client_is_owed_goodbye_ = true;
  relay_.client().ResumeAll();
  relay_.backend().ResumeAll();
  SetDeadline(kBackendGoodbyeTimeout);
}

void FrontendSession::OnBackendGoodbye(wamp::MessageType type, std::string_view message) {
  const auto parting = ReadParting(relay_.backend().serializer(), message);
  if (!parting.ok() && state_ == SessionState::kOpen) return BackendViolated(Message(parting.status()));
  const bool is_answer = state_ != SessionState::kOpen;
  const bool is_abort = type == wamp::MessageType::kAbort && !is_answer;
  // The client that said GOODBYE gets GOODBYE, whatever the router answers.
  const bool is_fit = parting.ok() && (!is_answer || type == wamp::MessageType::kGoodbye);
  if (parting.ok() && !is_answer) NoteBackendWords(parting->uri, parting->text);
  Note(EndReason::kBackendGoodbye, parting.ok() ? parting->uri : "");
  Step(SessionEvent::kPeerGoodbye);
  client_is_owed_goodbye_ = false;
  if (!is_fit || !relay_.PassSessionMessage(Toward::kClient, message)) {
    const auto uri = is_answer ? wamp::uri::kCloseGoodbyeAndOut : wamp::uri::kCloseNormal;
    relay_.client().SendDocument(MakeGoodbye(uri, ""));
  }
  if (is_abort) backend_is_told_ = true;  // ABORT is not answered
  if (is_abort || state_ == SessionState::kClosed) return CloseBoth("");
  relay_.client().ResumeAll();
  SetDeadline(kClientGoodbyeTimeout);
}

void FrontendSession::AnswerOwedGoodbye() {
  if (!client_is_owed_goodbye_) return;
  client_is_owed_goodbye_ = false;
  relay_.client().SendDocument(MakeGoodbye(wamp::uri::kCloseGoodbyeAndOut, ""));
}

void FrontendSession::OnClientEnd(const ChannelEnd& end) {
  relay_.client().MarkEnded();
  if (is_finished_) return;
  Note(ReasonOfClientEnd(end.cause), Describe(end));
  Step(SessionEvent::kLinkEnded);
  LeaveBackend(wamp::uri::kCloseNormal);
  SetDeadline(kLingerTimeout);
  FinishIfDone();
}

void FrontendSession::OnBackendEnd(const ChannelEnd& end) {
  const bool was_ours = relay_.backend().is_closing();
  relay_.backend().MarkEnded();
  if (is_finished_) return;
  if (state_ == SessionState::kClosed || was_ours) return FinishIfDone();
  if (state_ == SessionState::kJoining) return LoseWhileJoining(Describe(end));
  LoseBackend(end);
}

void FrontendSession::LoseWhileJoining(const std::string& why) {
  Joining& joining = *joining_;
  if (joining.answered) {
    Step(SessionEvent::kPeerLost);
    return AbortClient(
        {EndReason::kBackendLost, std::string(wamp::uri::kUnavailable),
         fmt::format("backend {} went away while joining: {}", joining.backend->address(), why)});
  }
  struct Doomed final : net::Mortal {
    std::unique_ptr<wamp::Link> link;
  };
  auto doomed = std::make_unique<Doomed>();
  doomed->link = relay_.backend().Detach();
  runtime_.loop.DeleteLater(std::move(doomed));
  deadline_.Stop();
  joining.backend = nullptr;
  if (!joining.search->Lost(why + " before it answered HELLO"))
    OnBackendsExhausted(joining.search->failures());
}

void FrontendSession::LoseBackend(const ChannelEnd& end) {
  const bool was_open = state_ == SessionState::kOpen;
  Step(SessionEvent::kPeerLost);
  if (!was_open) {
    AnswerOwedGoodbye();
    return CloseBoth("");
  }
  const auto reason =
      end.cause == ChannelEnd::Cause::kViolation ? EndReason::kBackendViolation : EndReason::kBackendLost;
  Note(reason, Describe(end));
  SayGoodbye({reason, "", ""});
}

void FrontendSession::LeaveBackend(std::string_view uri) {
  DropSearch();
  Side& backend = relay_.backend();
  if (!backend.is_open()) return;
  if (id_ != 0 && !backend_is_told_ && !backend.is_streaming()) backend.SendDocument(MakeGoodbye(uri, ""));
  backend_is_told_ = true;
  backend.Close(1000, "");
}

void FrontendSession::CloseBoth(std::string_view text) {
  state_ = SessionState::kClosed;
  const auto uri =
      end_reason_ == EndReason::kBackendGoodbye ? wamp::uri::kCloseGoodbyeAndOut : wamp::uri::kCloseNormal;
  LeaveBackend(uri);
  const std::uint16_t asked = last_words_ == nullptr ? 0 : last_words_->farewell.websocket_code;
  relay_.client().Close(asked != 0 ? asked : WordsFor(end_reason_).close_code,
                        wamp::CloseReason(end_reason_, text));
  SetDeadline(kLingerTimeout);
}

void FrontendSession::DropSearch() {
  if (joining_ == nullptr || joining_->search == nullptr) return;
  joining_->search->Cancel();
  runtime_.loop.DeleteLater(std::move(joining_->search));
}

void FrontendSession::FinishIfDone() {
  if (!relay_.client().is_present() && !relay_.backend().is_present()) Finish();
}

void FrontendSession::Finish() {
  if (is_finished_) return;
  is_finished_ = true;
  state_ = SessionState::kClosed;
  deadline_.Stop();
  DropSearch();
  if (backend_ != nullptr) backend_->SessionEnded();
  LogEnd();
  runtime_.registry.Ended(*this, EndOfSession());
  runtime_.registry.Remove(*this);
}

void FrontendSession::LogEnd() const {
  wamp::LogSessionEnd("proxy", {.transport = details_,
                                .session = id_,
                                .realm = realm_,
                                .authid = authid_,
                                .role = role_,
                                .backend = backend_ == nullptr ? std::string_view()
                                                               : std::string_view(backend_->options().id),
                                .reason = end_reason_,
                                .detail = end_detail_,
                                .age = std::chrono::steady_clock::now() - started_,
                                .traffic = relay_.client().traffic()});
}

}  // namespace wampgate::proxy
