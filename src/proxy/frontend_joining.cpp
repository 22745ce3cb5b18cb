// HELLO to WELCOME: the part of FrontendSession that uses `joining_`.
#include <fmt/core.h>

#include "proxy/client_welcome.hpp"
#include "proxy/frontend_session.hpp"
#include "wamp/document.hpp"
#include "wamp/hello_details.hpp"
#include "wamp/uri.hpp"

namespace wampgate::proxy {

namespace {

using wamp::MessageType;
using wamp::SessionAction;
using wamp::SessionEvent;

EndReason ReasonOf(std::string_view denial) {
  if (denial == wamp::uri::kNoSuchRealm) return EndReason::kNoSuchRealm;
  if (denial == wamp::uri::kNoSuchRole) return EndReason::kNoSuchRole;
  return EndReason::kAuthFailed;
}

}  // namespace

bool FrontendSession::is_transparent() const {
  return std::holds_alternative<std::shared_ptr<const TransparentRoutes>>(joining_->settings->routes);
}

void FrontendSession::OnHello(std::string_view message) {
  if (is_transparent()) return OnTransparentHello(message);
  auto hello = ReadHello(relay_.client().serializer(), message);
  if (!hello.ok()) return Violate(Message(hello.status()));
  if (const Status checked = wamp::CheckHelloDetails(hello->details); !checked.ok())
    return Violate(Message(checked));
  if (!hello->realm.empty() && !wamp::IsLooseUri(hello->realm)) {
    return AbortClient({EndReason::kProtocolViolation, std::string(wamp::uri::kInvalidUri),
                        fmt::format("realm \"{}\" in HELLO is not a URI", hello->realm)});
  }
  realm_ = hello->realm;
  NoteHello(hello->details);
  joining_->hello = *std::move(hello);
  joining_->authenticator = auth::MakeAuthenticator(joining_->settings->auth);
  OnOutcome(joining_->authenticator->OnHello(joining_->hello.realm, joining_->hello.details, details_));
}

void FrontendSession::OnTransparentHello(std::string_view message) {
  auto hello = ReadHello(relay_.client().serializer(), message);
  if (!hello.ok()) return Violate(Message(hello.status()));
  realm_ = std::move(hello->realm);
  NoteHello(hello->details);
  stage_ = wamp::SessionStage::kRoute;
  const auto& routes = std::get<std::shared_ptr<const TransparentRoutes>>(joining_->settings->routes);
  const auto group = routes->Find(realm_);
  if (group == nullptr) {
    Step(SessionEvent::kRefused);
    return AbortClient({EndReason::kNoSuchRealm, "",
                        fmt::format("No backend for realm '{}' (and no default backend)", realm_)});
  }
  joining_->hello_octets = message;
  if (Step(SessionEvent::kAccepted) == SessionAction::kJoin) Join(group);
}

void FrontendSession::OnOutcome(auth::Outcome outcome) {
  if (auto* principal = std::get_if<auth::Principal>(&outcome)) return OnPrincipal(std::move(*principal));
  if (const auto* denial = std::get_if<auth::Denial>(&outcome)) {
    if (!denial->method.empty()) authmethod_ = denial->method;
    Step(SessionEvent::kDenied);
    return AbortClient({ReasonOf(denial->reason), denial->reason, denial->message});
  }
  OnChallenge(std::get<auth::Challenge>(outcome));
}

void FrontendSession::OnChallenge(const auth::Challenge& challenge) {
  if (RouteOf(challenge.candidate) == nullptr) return;
  stage_ = wamp::SessionStage::kAuth;
  role_.clear();  // it has yet to show that it is this one
  relay_.client().SendDocument(
      nlohmann::json::array({static_cast<int>(MessageType::kChallenge), challenge.method, challenge.extra}));
  SetDeadline(joining_->settings->limits.authenticate_timeout);
}

void FrontendSession::OnPrincipal(auth::Principal principal) {
  const auto group = RouteOf(principal);
  if (group == nullptr) return;
  joining_->principal = std::move(principal);
  if (Step(SessionEvent::kAccepted) == SessionAction::kJoin) Join(group);
}

/// The backends for such a client; null: it has been refused.
std::shared_ptr<const BackendGroup> FrontendSession::RouteOf(const auth::Principal& principal) {
  namespace uri = wamp::uri;
  const auto& routes = *std::get<std::shared_ptr<const RouteTable>>(joining_->settings->routes);
  const auto refuse = [this](EndReason reason, std::string_view why, std::string text) {
    Step(SessionEvent::kRefused);
    AbortClient({reason, std::string(why), std::move(text)});
    return nullptr;
  };
  realm_ = principal.realm;
  authid_ = principal.authid;
  role_ = principal.role;
  authmethod_ = principal.method;
  stage_ = wamp::SessionStage::kRoute;
  if (realm_.empty()) return refuse(EndReason::kNoSuchRealm, uri::kNoSuchRealm, "no realm assigned");
  if (authid_.empty()) return refuse(EndReason::kAuthFailed, uri::kNoSuchPrincipal, "no authid assigned");
  if (role_.empty()) return refuse(EndReason::kNoSuchRole, uri::kNoSuchRole, "no authrole assigned");
  if (!routes.HasRealm(realm_)) {
    return refuse(EndReason::kNoSuchRealm, uri::kNoSuchRealm,
                  fmt::format("no realm \"{}\" exists on this router", realm_));
  }
  if (auto group = routes.Find(realm_, role_)) return group;
  return refuse(EndReason::kNoSuchRole, uri::kNoSuchRole,
                fmt::format("realm \"{}\" has no role \"{}\"", realm_, role_));
}

void FrontendSession::OnAuthenticate(std::string_view message) {
  const auto document = wamp::ReadDocument(relay_.client().serializer(), message);
  if (!document.ok()) return Violate(Message(document.status()));
  const auto& list = *document;
  if (list.size() != 3 || !list[1].is_string() || !list[2].is_object())
    return Violate("malformed AUTHENTICATE");
  OnOutcome(joining_->authenticator->OnAuthenticate(list[1].get_ref<const std::string&>(), list[2]));
}

void FrontendSession::RelayAuthenticate(std::string_view message) {
  if (!joining_->challenged) return Violate("AUTHENTICATE received while joining, without CHALLENGE");
  joining_->challenged = false;
  if (!relay_.PassSessionMessage(Toward::kBackend, message)) {
    return AbortClient({EndReason::kProtocolViolation, "", "AUTHENTICATE: " + runtime_.detail});
  }
  SetDeadline(joining_->search->budget());
}

void FrontendSession::Join(const std::shared_ptr<const BackendGroup>& group) {
  stage_ = wamp::SessionStage::kJoin;
  deadline_.Stop();  // the search has its own
  joining_->search = std::make_unique<BackendSearch>(runtime_, group->Candidates(BackendHealth::Clock::now()),
                                                     relay_.client().serializer());
  if (!joining_->search->Start(*this)) OnBackendsExhausted(group->WhyNone());
}

void FrontendSession::OnBackendConnected(std::shared_ptr<Backend> backend, std::unique_ptr<wamp::Link> link) {
  joining_->backend = std::move(backend);
  relay_.backend().Attach(std::move(link), from_backend_);
  SetDeadline(std::max(joining_->search->left(), std::chrono::milliseconds(1)));
  SendHello();
}

void FrontendSession::SendHello() {
  bool sent = false;
  runtime_.detail = "longer than the backend takes";
  if (is_transparent()) {
    sent = relay_.PassSessionMessage(Toward::kBackend, joining_->hello_octets);
  } else {
    auto transport = DescribeTransport(details_, relay_.client().serializer());
    sent = relay_.backend().SendDocument(MakeBackendHello(joining_->hello, joining_->principal,
                                                          *joining_->settings->node, std::move(transport)));
  }
  if (sent) return;
  Step(SessionEvent::kRefused);
  AbortClient({EndReason::kProtocolViolation, std::string(wamp::uri::kInvalidArgument),
               fmt::format("HELLO cannot be passed on: {}", runtime_.detail)});
}

void FrontendSession::OnBackendsExhausted(const std::string& failures) {
  Step(SessionEvent::kRefused);
  AbortClient({EndReason::kBackendUnreachable, "",
               fmt::format("no backend of realm \"{}\" could be reached: {}", realm_, failures)});
}

void FrontendSession::OnJoiningMessage(std::string_view message) {
  joining_->answered = true;
  joining_->backend->Answered();
  const auto type = wamp::PeekType(relay_.backend().serializer(), message);
  if (!type.ok()) return BackendViolated(Message(type.status()));
  switch (*type) {
    case MessageType::kWelcome:
      return OnWelcome(message);
    case MessageType::kChallenge:
      return OnBackendChallenge(message);
    case MessageType::kAbort:
    case MessageType::kGoodbye:
      return OnBackendRefusal(*type, message);
    default:
      return BackendViolated(fmt::format("{} in answer to HELLO", wamp::Name(*type)));
  }
}

void FrontendSession::OnWelcome(std::string_view message) {
  auto welcome = ReadWelcome(relay_.backend().serializer(), message);
  if (!welcome.ok()) return BackendViolated(Message(welcome.status()));
  id_ = welcome->session;
  const auto keep = [](std::string& field, std::string value) {
    if (!value.empty()) field = std::move(value);
  };
  keep(realm_, welcome->Detail("realm"));
  keep(authid_, welcome->Detail("authid"));
  keep(role_, welcome->Detail("authrole"));
  if (is_transparent()) keep(authmethod_, welcome->Detail("authmethod"));
  bool sent = false;
  runtime_.detail = "longer than the client takes";
  if (is_transparent()) {
    sent = relay_.PassSessionMessage(Toward::kClient, message);
  } else {
    const auto& settings = *joining_->settings;
    const auto exposure =
        settings.limits.expose_backend_details ? BackendDetails::kExposed : BackendDetails::kHidden;
    const WelcomeContext context{joining_->principal, *settings.node, details_.peer, exposure};
    sent = relay_.client().SendDocument(MakeClientWelcome(*std::move(welcome), context));
  }
  if (!sent) {
    Step(SessionEvent::kRefused);
    return AbortClient({EndReason::kBackendRefused, std::string(wamp::uri::kPayloadSizeExceeded),
                        fmt::format("WELCOME cannot be passed on: {}", runtime_.detail)});
  }
  if (Step(SessionEvent::kWelcomed) == SessionAction::kWelcome) Opened();
}

void FrontendSession::Opened() {
  deadline_.Stop();
  backend_ = joining_->backend;
  backend_->Joined(joining_->search->attempt_age());
  relay_.SetSlowTimeout(joining_->settings->limits.slow_consumer_timeout);
  DropSearch();
  joining_.reset();
  decltype(details_.http_headers)().swap(details_.http_headers);
  stage_ = wamp::SessionStage::kOpen;
  last_tick_ = runtime_.loop.timers().tick();
  runtime_.registry.Opened(*this);
  TellWhatMessagesTouch();
}

void FrontendSession::TellWhatMessagesTouch() {
  const auto add_members = [this](const auto& first, const auto& last) {
    const auto* begin = reinterpret_cast<const char*>(&first);
    touched_.Add(begin, static_cast<std::size_t>(reinterpret_cast<const char*>(&last + 1) - begin));
  };
  relay_.client().link().AddTo(touched_);
  relay_.backend().link().AddTo(touched_);
  add_members(relay_, from_backend_);
  add_members(last_tick_, is_finished_);
  relay_.client().channel().SetTouched(&touched_);
  relay_.backend().channel().SetTouched(&touched_);
}

void FrontendSession::OnBackendChallenge(std::string_view message) {
  if (is_transparent()) {
    if (!relay_.PassSessionMessage(Toward::kClient, message)) {
      return AbortClient(
          {EndReason::kBackendRefused, "", "CHALLENGE cannot be passed on: " + runtime_.detail});
    }
    joining_->challenged = true;
    return SetDeadline(joining_->settings->limits.authenticate_timeout);
  }
  const auto document = wamp::ReadDocument(relay_.backend().serializer(), message);
  std::string method = "an unknown method";
  if (document.ok() && document->size() > 1 && (*document)[1].is_string())
    method = (*document)[1].get<std::string>();
  relay_.backend().SendDocument(MakeAbort(wamp::uri::kNoAuthMethod, "only anonymous-proxy is supported"));
  Step(SessionEvent::kRefused);
  AbortClient(
      {EndReason::kBackendRefused, "",
       fmt::format(
           "backend \"{}\" asks this node for authentication by {}; only anonymous-proxy is supported",
           joining_->backend->options().id, method)});
}

void FrontendSession::OnBackendRefusal(MessageType type, std::string_view message) {
  const auto parting = ReadParting(relay_.backend().serializer(), message);
  if (!parting.ok()) return BackendViolated(Message(parting.status()));
  joining_->backend->Refused();
  NoteBackendWords(parting->uri, parting->text);
  Step(SessionEvent::kRefused);
  backend_is_told_ = true;
  if (is_transparent() && type == MessageType::kAbort &&
      relay_.PassSessionMessage(Toward::kClient, message)) {
    Note(EndReason::kBackendRefused, fmt::format("{}: {}", parting->uri, parting->text));
    return CloseBoth(parting->text);
  }
  AbortClient({EndReason::kBackendRefused, parting->uri, parting->text});
}

}  // namespace wampgate::proxy
