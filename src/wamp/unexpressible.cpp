#include "wamp/unexpressible.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "wamp/document.hpp"
#include "wamp/uri.hpp"

namespace wampgate::wamp {
namespace {

using Json = nlohmann::json;
using Kind = Remedy::Kind;

std::string_view UriOf(TranscodeResult::Code code) {
  switch (code) {
    case TranscodeResult::Code::kTooLarge:
      return uri::kPayloadSizeExceeded;
    case TranscodeResult::Code::kMalformed:
      return uri::kProtocolViolation;
    default:
      return uri::kInvalidArgument;
  }
}

/// Whether the map in element `index` says true for `key`.
bool IsSet(Serializer serializer, const Envelope& envelope, std::size_t index, const char* key) {
  if (index >= envelope.size()) return false;
  const auto options = ReadDocument(serializer, envelope.element(index));
  if (!options.ok() || !options->is_object()) return false;
  const auto found = options->find(key);
  return found != options->end() && found->is_boolean() && found->get<bool>();
}

/// The options of a CANCEL or INTERRUPT without what could not be expressed in them.
Json ModeOnly(Serializer serializer, const Envelope& envelope) {
  Json kept = Json::object();
  const auto options = ReadDocument(serializer, envelope.element(1));
  if (!options.ok() || !options->is_object()) return kept;
  const auto mode = options->find("mode");
  if (mode != options->end() && mode->is_string()) kept["mode"] = *mode;
  return kept;
}

/// Works out one remedy.
class Decision {
 public:
  explicit Decision(const Undelivered& undelivered)
      : undelivered_(undelivered), uri_(UriOf(undelivered.failure.code)) {}

  Remedy Make();

 private:
  using Code = TranscodeResult::Code;

  void ForMessage(const Envelope& envelope, std::uint64_t request);
  void EndSession();
  void Reply(MessageType answered, std::uint64_t request);
  void Replace(const Json& message) {
    remedy_.kind = Kind::kReplace;
    remedy_.to_receiver = WriteDocument(undelivered_.to, message);
  }
  void ReplaceResult(const Envelope& envelope, std::uint64_t request);
  void ReplaceYield(const Envelope& envelope, std::uint64_t request);
  void ReplaceError(const Envelope& envelope);
  Json Error(MessageType answered, std::uint64_t request, std::string_view uri) const {
    return Json::array(
        {8, static_cast<int>(answered), request, Json::object(), uri, Json::array({remedy_.text})});
  }

  const Undelivered& undelivered_;
  std::string_view uri_;
  Remedy remedy_;
};

void Decision::EndSession() {
  remedy_.kind = Kind::kEndSession;
  const Json abort = Json::array({3, {{"message", remedy_.text}}, uri_});
  if (undelivered_.sender == Undelivered::Sender::kClient) {
    remedy_.to_sender = WriteDocument(undelivered_.from, abort);
  } else {
    remedy_.to_receiver = WriteDocument(undelivered_.to, abort);
  }
}

void Decision::Reply(MessageType answered, std::uint64_t request) {
  remedy_.kind = Kind::kReply;
  remedy_.to_sender = WriteDocument(undelivered_.from, Error(answered, request, uri_));
}

void Decision::ReplaceResult(const Envelope& envelope, std::uint64_t request) {
  Replace(Error(MessageType::kCall, request, uri_));
  if (!IsSet(undelivered_.from, envelope, 1, "progress")) return;
  remedy_.ended_request = request;
  remedy_.to_sender = WriteDocument(undelivered_.from, Json::array({49, request, {{"mode", "killnowait"}}}));
}

void Decision::ReplaceYield(const Envelope& envelope, std::uint64_t request) {
  Replace(Error(MessageType::kInvocation, request, uri_));
  if (IsSet(undelivered_.from, envelope, 1, "progress")) remedy_.ended_request = request;
}

/// ERROR with arguments that cannot be expressed: keeps what it answers and its URI.
void Decision::ReplaceError(const Envelope& envelope) {
  const auto answered = envelope.Id(0);
  const auto request = envelope.Id(1);
  const auto uri = envelope.String(3);
  if (!answered.ok() || !IsKnown(*answered) || !request.ok() || !uri.ok()) return EndSession();
  Replace(Error(static_cast<MessageType>(*answered), *request, *uri));
}

void Decision::ForMessage(const Envelope& envelope, std::uint64_t request) {
  const MessageType type = envelope.type();
  switch (type) {
    case MessageType::kPublish:
      if (!IsSet(undelivered_.from, envelope, 1, "acknowledge")) return;  // dropped
      return Reply(type, request);
    case MessageType::kCall:
    case MessageType::kSubscribe:
    case MessageType::kUnsubscribe:
    case MessageType::kRegister:
    case MessageType::kUnregister:
    case MessageType::kInvocation:
      return Reply(type, request);
    case MessageType::kResult:
      return ReplaceResult(envelope, request);
    case MessageType::kYield:
      return ReplaceYield(envelope, request);
    case MessageType::kCancel:
    case MessageType::kInterrupt:
      return Replace(Json::array({static_cast<int>(type), request, ModeOnly(undelivered_.from, envelope)}));
    default:
      return EndSession();
  }
}

Remedy Decision::Make() {
  remedy_.text = undelivered_.failure.detail;
  const auto envelope = Envelope::Parse(undelivered_.from, undelivered_.message);
  if (!envelope.ok() || undelivered_.failure.code == Code::kMalformed) {
    uri_ = uri::kProtocolViolation;
    if (!envelope.ok()) remedy_.text = Message(envelope.status());
    EndSession();
    return std::move(remedy_);
  }
  const MessageType type = envelope->type();
  remedy_.text = fmt::format("{} was not delivered: {}", Name(type), undelivered_.failure.detail);
  if (type == MessageType::kEvent || type == MessageType::kEventReceived) return std::move(remedy_);
  if (type == MessageType::kError) {
    ReplaceError(*envelope);
    return std::move(remedy_);
  }
  if (const Status length = CheckLength(type, envelope->size()); !length.ok()) {
    uri_ = uri::kProtocolViolation;
    remedy_.text = Message(length);
    EndSession();
    return std::move(remedy_);
  }
  const auto request = envelope->Id(0);
  if (request.ok()) {
    ForMessage(*envelope, *request);
  } else {
    EndSession();  // HELLO … GOODBYE, or a request that nobody could answer
  }
  return std::move(remedy_);
}

}  // namespace

Remedy RemedyFor(const Undelivered& undelivered) {
  return Decision(undelivered).Make();
}

void EndedRequests::Add(std::uint64_t request) {
  if (requests_.size() == kMax) requests_.erase(requests_.begin());
  requests_.push_back(request);
}

bool EndedRequests::Swallows(Serializer serializer, std::string_view message) {
  if (requests_.empty()) return false;
  const auto envelope = Envelope::Parse(serializer, message);
  if (!envelope.ok()) return false;
  const bool is_error = envelope->type() == MessageType::kError;
  if (!is_error && envelope->type() != MessageType::kResult && envelope->type() != MessageType::kYield)
    return false;
  if (is_error) {
    const auto answered = envelope->Id(0);
    const bool is_ours = answered.ok() && (*answered == static_cast<std::uint64_t>(MessageType::kCall) ||
                                           *answered == static_cast<std::uint64_t>(MessageType::kInvocation));
    if (!is_ours) return false;
  }
  const auto request = envelope->Id(is_error ? 1 : 0);
  if (!request.ok()) return false;
  const auto found = std::find(requests_.begin(), requests_.end(), *request);
  if (found == requests_.end()) return false;
  if (is_error || !IsSet(serializer, *envelope, 1, "progress")) requests_.erase(found);
  return true;
}

}  // namespace wampgate::wamp
