// The requests of an open session: read, checked, handed to the realm's broker and dealer.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "router/session.hpp"
#include "wamp/document.hpp"
#include "wamp/message.hpp"
#include "wamp/uri.hpp"

namespace wampgate::router {

using nlohmann::json;
using wamp::Envelope;
using wamp::MessageType;

void Session::OnRequest(std::string_view message) {
  const auto envelope = Envelope::Parse(link_->serializer(), message);
  if (!envelope.ok()) return Violate(Message(envelope.status()));
  if (const Status status = Dispatch(*envelope); !status.ok()) return Violate(Message(status));
  if (joined_ && !paused_ && link_->channel().pending() > MessageChannel::kHighWatermark) {
    paused_ = true;  // takes its results first, then gets to ask for more
    link_->channel().PauseReading();
  }
}

StatusOr<json> Session::Dictionary(const Envelope& envelope, std::size_t index) const {
  if (index >= envelope.size()) {
    return InvalidArgument(
        fmt::format("{} has {} elements too few", wamp::Name(envelope.type()), index + 1 - envelope.size()));
  }
  auto document = wamp::ReadDocument(link_->serializer(), envelope.element(index));
  if (!document.ok()) return document.status();
  if (!document->is_object()) {
    return InvalidArgument(
        fmt::format("the options of {} are not a dictionary", wamp::Name(envelope.type())));
  }
  return document;
}

Status Session::Dispatch(const Envelope& envelope) {
  WAMPGATE_RETURN_IF_ERROR(wamp::CheckLength(envelope.type(), envelope.size()));
  switch (envelope.type()) {
    case MessageType::kPublish:
    case MessageType::kSubscribe:
    case MessageType::kCall:
    case MessageType::kRegister:
      return DispatchUriRequest(envelope);
    case MessageType::kUnsubscribe:
    case MessageType::kUnregister: {
      WAMPGATE_ASSIGN_OR_RETURN(const auto request, envelope.Id(0));
      WAMPGATE_ASSIGN_OR_RETURN(const auto id, envelope.Id(1));
      if (envelope.type() == MessageType::kUnsubscribe) {
        realm_->broker().Unsubscribe(*this, request, id);
      } else {
        realm_->dealer().Unregister(*this, request, id);
      }
      return OkStatus();
    }
    case MessageType::kCancel: {
      WAMPGATE_ASSIGN_OR_RETURN(const auto request, envelope.Id(0));
      WAMPGATE_ASSIGN_OR_RETURN(const auto options, Dictionary(envelope, 1));
      const auto mode = CancelMode(options);
      if (!mode) return InvalidArgument("mode of CANCEL is neither skip nor kill nor killnowait");
      realm_->dealer().Cancel(*this, request, *mode);
      return OkStatus();
    }
    case MessageType::kYield:
    case MessageType::kError:
      return DispatchAnswer(envelope);
    default:
      return InvalidArgument(fmt::format("this router does not take {}", wamp::Name(envelope.type())));
  }
}

Status Session::DispatchUriRequest(const Envelope& envelope) {
  Request request;
  request.type = envelope.type();
  WAMPGATE_ASSIGN_OR_RETURN(request.id, envelope.Id(0));
  WAMPGATE_ASSIGN_OR_RETURN(request.options, Dictionary(envelope, 1));
  WAMPGATE_ASSIGN_OR_RETURN(request.uri, envelope.String(2));
  WAMPGATE_ASSIGN_OR_RETURN(request.payload, ReadPayload(link_->serializer(), envelope, 3));
  switch (request.type) {
    case MessageType::kPublish:
      realm_->broker().Publish(*this, request);
      break;
    case MessageType::kSubscribe:
      realm_->broker().Subscribe(*this, request);
      break;
    case MessageType::kCall:
      realm_->dealer().Call(*this, request);
      break;
    default:
      realm_->dealer().Register(*this, request);
      break;
  }
  return OkStatus();
}

Status Session::DispatchAnswer(const Envelope& envelope) {
  if (envelope.type() == MessageType::kYield) {
    WAMPGATE_ASSIGN_OR_RETURN(const auto invocation, envelope.Id(0));
    WAMPGATE_ASSIGN_OR_RETURN(const auto options, Dictionary(envelope, 1));
    WAMPGATE_ASSIGN_OR_RETURN(const auto payload, ReadPayload(link_->serializer(), envelope, 2));
    realm_->dealer().Yield(*this, invocation, options, payload);
    return OkStatus();
  }
  WAMPGATE_ASSIGN_OR_RETURN(const auto type, envelope.Id(0));
  if (type != static_cast<std::uint64_t>(MessageType::kInvocation)) {
    return InvalidArgument("a client may send ERROR for INVOCATION only");
  }
  WAMPGATE_ASSIGN_OR_RETURN(const auto invocation, envelope.Id(1));
  WAMPGATE_ASSIGN_OR_RETURN(const auto details, Dictionary(envelope, 2));
  WAMPGATE_ASSIGN_OR_RETURN(const auto uri, envelope.String(3));
  // The caller's own library may end its connection over a URI that is none.
  if (!wamp::IsLooseUri(uri)) return InvalidArgument(fmt::format("\"{}\" in ERROR is not a valid URI", uri));
  WAMPGATE_ASSIGN_OR_RETURN(const auto payload, ReadPayload(link_->serializer(), envelope, 4));
  realm_->dealer().Fail(*this, invocation, details, uri, payload);
  return OkStatus();
}

}  // namespace wampgate::router
