#include "router/request.hpp"

#include <fmt/format.h>

#include "wamp/uri.hpp"

namespace wampgate::router {

using nlohmann::json;

void SendError(Member& to, wamp::MessageType type, std::uint64_t request, std::string_view uri,
               std::string_view message) {
  MessageBuilder builder(to.serializer(), wamp::MessageType::kError, 6);
  builder.Id(static_cast<std::uint64_t>(type)).Id(request).Document(json::object()).Text(uri);
  builder.Document(json::array({message}));
  to.Deliver(builder.Finish());
}

std::string_view UriOf(const wamp::TranscodeResult& failure) {
  return failure.code == wamp::TranscodeResult::Code::kTooLarge ? wamp::uri::kPayloadSizeExceeded
                                                                : wamp::uri::kInvalidArgument;
}

bool Flag(const json& options, const char* key) {
  const auto found = options.find(key);
  return found != options.end() && found->is_boolean() && found->get<bool>();
}

std::optional<Match> MatchPolicy(const json& options) {
  const auto found = options.find("match");
  // Clients in JavaScript write options they do not set as null.
  if (found == options.end() || found->is_null() || *found == "exact") return Match::kExact;
  if (*found == "prefix") return Match::kPrefix;
  return std::nullopt;
}

std::optional<Cancelling> CancelMode(const json& options) {
  const auto found = options.find("mode");
  if (found == options.end() || found->is_null() || *found == "skip") return Cancelling::kSkip;
  if (*found == "kill") return Cancelling::kKill;
  if (*found == "killnowait") return Cancelling::kKillNoWait;
  return std::nullopt;
}

bool CheckUri(Member& from, const Request& request, Match match) {
  const bool well_formed =
      match == Match::kExact ? wamp::IsLooseUri(request.uri) : wamp::IsLooseUriPattern(request.uri);
  if (!well_formed) {
    SendError(from, request.type, request.id, wamp::uri::kInvalidUri,
              fmt::format("\"{}\" is not a valid URI", request.uri));
    return false;
  }
  const bool offers =
      request.type == wamp::MessageType::kPublish || request.type == wamp::MessageType::kRegister;
  if (offers && IsReserved(request.uri)) {
    SendError(from, request.type, request.id, wamp::uri::kInvalidUri,
              fmt::format("\"{}\": URIs beginning with wamp. are reserved for the router", request.uri));
    return false;
  }
  return true;
}

}  // namespace wampgate::router
