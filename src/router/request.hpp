#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "router/member.hpp"
#include "router/message_builder.hpp"
#include "wamp/message.hpp"

namespace wampgate::router {

/// The part that SUBSCRIBE, REGISTER, PUBLISH and CALL share: [type, Request|id, Options|dict, URI, …].
struct Request {
  wamp::MessageType type = wamp::MessageType::kCall;
  std::uint64_t id = 0;
  nlohmann::json options;
  std::string uri;
  Payload payload;
};

/// ERROR [8, type, request, {}, uri, [message]].
void SendError(Member& to, wamp::MessageType type, std::uint64_t request, std::string_view uri,
               std::string_view message);

/// The URI of the ERROR that says why a payload could not be handed on.
std::string_view UriOf(const wamp::TranscodeResult& failure);

/// The boolean option `key`; false if absent or of another type.
bool Flag(const nlohmann::json& options, const char* key);

/// "match" of SUBSCRIBE and REGISTER: exact or prefix; nothing for a policy this router does not have.
std::optional<Match> MatchPolicy(const nlohmann::json& options);

/// How a CANCEL is to be carried out.
enum class Cancelling : std::uint8_t { kSkip, kKill, kKillNoWait };
/// "mode" of CANCEL, skip if absent; nothing for a word that WAMP does not know.
std::optional<Cancelling> CancelMode(const nlohmann::json& options);

/// Whether the URI is of the space that is the router's own.
inline bool IsReserved(std::string_view uri) {
  return uri.starts_with("wamp.");
}

/// Whether the URI may be used as told: well-formed for its policy and not of the reserved "wamp." space.
/// Sends the ERROR itself where it returns false.
bool CheckUri(Member& from, const Request& request, Match match);

}  // namespace wampgate::router
