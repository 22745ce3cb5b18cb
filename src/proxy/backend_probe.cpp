#include "proxy/backend_probe.hpp"

#include <fmt/core.h>

#include <utility>

#include "proxy/control_message.hpp"
#include "proxy/hello.hpp"
#include "wamp/document.hpp"
#include "wamp/message.hpp"
#include "wamp/uri.hpp"

namespace wampgate::proxy {

namespace {

using wamp::MessageType;
using Json = nlohmann::json;

/// For the connection to end after it was closed.
constexpr std::chrono::milliseconds kLinger{1000};

Json Roles() {
  Json roles = Json::object();
  for (const char* role : {"caller", "callee", "publisher", "subscriber"}) roles[role] = Json::object();
  Json details = Json::object();
  details["roles"] = std::move(roles);
  return details;
}

/// As for a client that came over WebSocket from this node.
Json HelloOnBehalf(const ProbeOrder& order, wamp::Serializer serializer) {
  auth::Principal principal;
  principal.realm = order.realm;
  principal.role = order.role;
  principal.authid = order.node->node + "-probe";
  principal.method = "anonymous";
  wamp::TransportDetails details;
  details.channel_framing = "websocket";
  details.peer = "probe";
  Hello hello;
  hello.realm = order.realm;
  hello.details = Roles();
  return MakeBackendHello(hello, principal, *order.node, DescribeTransport(details, serializer));
}

Json PlainHello(const ProbeOrder& order) {
  Json details = Roles();
  details["authmethods"] = Json::array({"anonymous"});
  Json message = Json::array();
  message.push_back(static_cast<int>(MessageType::kHello));
  message.push_back(order.realm);
  message.push_back(std::move(details));
  return message;
}

}  // namespace

BackendProbe::BackendProbe(Runtime& runtime, ProbeOrder order, Done done)
    : runtime_(runtime), order_(std::move(order)), done_(std::move(done)) {}

BackendProbe::~BackendProbe() = default;

void BackendProbe::Start() {
  lap_ = Clock::now();
  deadline_.Start(runtime_.loop.timers(), order_.timeout, [this] {
    if (is_over_) return Report();
    End(Outcome::kTimedOut, fmt::format("not done within {} ms", order_.timeout.count()));
  });
  dial_ =
      runtime_.dialer.Dial(order_.backend, wamp::Serializer::kCbor,
                           [this](StatusOr<std::unique_ptr<wamp::Link>> link) { OnDialed(std::move(link)); });
}

std::chrono::microseconds BackendProbe::Lap() {
  const auto now = Clock::now();
  return std::chrono::duration_cast<std::chrono::microseconds>(now - std::exchange(lap_, now));
}

void BackendProbe::OnDialed(StatusOr<std::unique_ptr<wamp::Link>> link) {
  if (is_over_) return;
  runtime_.loop.DeleteLater(std::move(dial_));
  report_.connect_time = Lap();
  if (!link.ok()) return End(Outcome::kUnreachable, std::string(Message(link.status())));
  link_ = *std::move(link);
  link_->SetReceiver(this);
  report_.serializer = wamp::Name(link_->serializer());
  report_.stage = Stage::kHello;
  SendHello();
}

void BackendProbe::SendHello() {
  const bool on_behalf = order_.mode == JoinMode::kOnBehalf;
  const bool sent =
      link_->SendDocument(on_behalf ? HelloOnBehalf(order_, link_->serializer()) : PlainHello(order_));
  if (!sent) End(Outcome::kBroken, "HELLO is longer than the backend takes");
}

void BackendProbe::OnMessage(std::string_view message) {
  if (is_over_) return;
  if (report_.stage == Stage::kHello) return OnAnswer(message);
  const auto type = wamp::PeekType(link_->serializer(), message);
  if (!type.ok() || *type != MessageType::kGoodbye) return;  // whatever else a member of the realm gets
  report_.leave_time = Lap();
  report_.stage = Stage::kDone;
  End(Outcome::kJoined, "");
}

void BackendProbe::OnAnswer(std::string_view message) {
  report_.join_time = Lap();
  const auto type = wamp::PeekType(link_->serializer(), message);
  if (!type.ok()) return End(Outcome::kBroken, std::string(Message(type.status())));
  switch (*type) {
    case MessageType::kWelcome:
      return OnWelcome(message);
    case MessageType::kAbort:
    case MessageType::kGoodbye:
      return OnRefusal(message);
    case MessageType::kChallenge: {
      const auto document = wamp::ReadDocument(link_->serializer(), message);
      const bool is_named = document.ok() && document->size() > 1 && (*document)[1].is_string();
      link_->SendDocument(MakeAbort(wamp::uri::kNoAuthMethod, "a probe does not authenticate"));
      return End(Outcome::kChallenged,
                 fmt::format("the router asks for authentication by {}",
                             is_named ? (*document)[1].get<std::string>() : "an unknown method"));
    }
    default:
      return End(Outcome::kBroken, fmt::format("{} in answer to HELLO", wamp::Name(*type)));
  }
}

void BackendProbe::OnWelcome(std::string_view message) {
  const auto welcome = ReadWelcome(link_->serializer(), message);
  if (!welcome.ok()) return End(Outcome::kBroken, std::string(Message(welcome.status())));
  report_.session = welcome->session;
  report_.stage = Stage::kGoodbye;
  link_->SendDocument(MakeGoodbye(wamp::uri::kCloseCloseRealm, ""));
}

void BackendProbe::OnRefusal(std::string_view message) {
  const auto parting = ReadParting(link_->serializer(), message);
  if (!parting.ok()) return End(Outcome::kBroken, std::string(Message(parting.status())));
  report_.reason = parting->uri;
  End(Outcome::kRefused, parting->text);
}

void BackendProbe::OnViolation(std::string_view detail) {
  if (!is_over_) End(Outcome::kBroken, std::string(detail));
}

void BackendProbe::OnLinkEnd(const ChannelEnd& end) {
  if (!is_over_) {
    const std::string_view when = report_.stage == Stage::kHello ? "HELLO" : "GOODBYE";
    report_.outcome = Outcome::kBroken;
    report_.message = fmt::format("the connection ended before {} was answered{}{}", when,
                                  end.reason.empty() ? "" : ": ", end.reason);
  }
  Report();
}

/// The report waits for the end of the connection, so that nothing of ours is lost on the way to the router.
void BackendProbe::End(Outcome outcome, std::string message) {
  is_over_ = true;
  report_.outcome = outcome;
  report_.message = std::move(message);
  if (dial_ != nullptr) runtime_.loop.DeleteLater(std::move(dial_));
  deadline_.Restart(link_ == nullptr ? std::chrono::milliseconds(0) : kLinger);
  if (link_ != nullptr) link_->channel().Close(1000, "");
}

void BackendProbe::Report() {
  deadline_.Stop();
  is_over_ = true;
  if (const Done done = std::exchange(done_, nullptr)) done(report_);
}

}  // namespace wampgate::proxy
