// What operators see of a FrontendSession: its facts, how it ended, and what goes through it while it is
// traced.
#include <fmt/core.h>

#include "proxy/frontend_session.hpp"
#include "wamp/hello_details.hpp"

namespace wampgate::proxy {

using wamp::TracedMessage;

wamp::SessionFacts FrontendSession::facts() const {
  const Side& client = relay_.client();
  const Side& backend = relay_.backend();
  const auto wheel_time = runtime_.loop.timers().TimeOf(last_tick_);
  wamp::SessionFacts facts{.is_open = state_ == wamp::SessionState::kOpen && !is_ending_,
                           .role = role_,
                           .authid = authid_,
                           .authmethod = authmethod_,
                           .client = client.serialization(),
                           .backend = backend.serialization(),
                           .traffic = client.traffic(),
                           .buffered_to_client = client.pending(),
                           .buffered_to_backend = backend.pending(),
                           .began = started_,
                           .last_message = wheel_time};
  return facts;
}

void FrontendSession::NoteHello(const nlohmann::json& details) {
  stage_ = wamp::SessionStage::kAuth;
  joining_->authmethods = wamp::OfferedMethods(details);
  authid_ = wamp::WantedAuthid(details);
}

FrontendSession::LastWords& FrontendSession::last_words() {
  if (last_words_ == nullptr) last_words_ = std::make_unique<LastWords>();
  return *last_words_;
}

void FrontendSession::NoteBackendWords(const std::string& uri, const std::string& text) {
  constexpr std::size_t kMost = 1024;
  last_words().backend_reason = uri.substr(0, kMost);
  last_words().backend_message = text.substr(0, kMost);
}

wamp::SessionOutcome FrontendSession::EndOfSession() const {
  wamp::SessionOutcome end{
      .reason = end_reason_, .stage = stage_, .detail = end_detail_, .backend = backend()};
  if (joining_ != nullptr) {
    end.authmethods = joining_->authmethods;
    if (joining_->backend != nullptr) end.backend = joining_->backend->options().name;
  }
  if (last_words_ != nullptr) {
    end.backend_reason = last_words_->backend_reason;
    end.backend_message = last_words_->backend_message;
  }
  return end;
}

Relay::Passed FrontendSession::PassTraced(Toward toward, std::string_view message) {
  const bool from_client = toward == Toward::kBackend;
  const Side& from = from_client ? relay_.client() : relay_.backend();
  const Side& to = from_client ? relay_.backend() : relay_.client();
  const auto sender = from.serialization(), receiver = to.serialization();
  TracedMessage traced{.direction = from_client ? TracedMessage::Direction::kFromClient
                                                : TracedMessage::Direction::kFromBackend,
                       .serializer = sender ? sender->serializer : wamp::Serializer::kJson,
                       .octets = message,
                       .size = message.size()};
  const std::uint32_t refused = relay_.refused();
  const Relay::Passed passed = relay_.Pass(toward, message);
  std::string words;
  if (passed == Relay::Passed::kViolation || relay_.refused() != refused) {
    words = fmt::format("refused: {}", runtime_.detail);
    traced.outcome = words;
  } else if (passed == Relay::Passed::kSessionMessage) {
    traced.outcome = "session message";
  } else {
    const bool is_same = sender && receiver && sender->serializer == receiver->serializer;
    traced.outcome = is_same ? "relayed" : "translated";
  }
  runtime_.registry.Traced(*this, traced);
  return passed;
}

void FrontendSession::TraceLarge(Toward toward, std::size_t total, std::string_view head) {
  const bool from_client = toward == Toward::kBackend;
  const auto sender = (from_client ? relay_.client() : relay_.backend()).serialization();
  last_tick_ = runtime_.loop.timers().tick();
  runtime_.registry.Traced(*this, {.direction = from_client ? TracedMessage::Direction::kFromClient
                                                            : TracedMessage::Direction::kFromBackend,
                                   .serializer = sender ? sender->serializer : wamp::Serializer::kJson,
                                   .octets = head,
                                   .size = total,
                                   .outcome = "relayed"});
}

}  // namespace wampgate::proxy
