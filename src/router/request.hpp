#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
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

/// The boolean option `key`; false if absent or of another type.
bool Flag(const nlohmann::json& options, const char* key);

/// "match" of SUBSCRIBE and REGISTER: exact or prefix; nothing for a policy this router does not have.
std::optional<Match> MatchPolicy(const nlohmann::json& options);

/// Whether the URI may be used as told: well-formed for its policy and not of the reserved "wamp." space.
/// Sends the ERROR itself where it returns false.
bool CheckUri(Member& from, const Request& request, Match match);

}  // namespace wampgate::router
