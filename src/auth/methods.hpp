#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "auth/authenticator.hpp"

/// One function per method: what HELLO leads to. Each has a file of its own.
namespace wampgate::auth {

/// Static `anonymous` (spec 5.5.1), also the builtin one: whoever comes has the configured role. The client's
/// authextra is echoed.
Outcome AcceptAnonymous(const AnonymousOptions& options, std::string_view realm,
                        const nlohmann::json& details);

/// `anonymous-proxy` (spec 5.9.2): the peer is a proxy that has authenticated its client and says who it is
/// in proxy_realm, proxy_authid and proxy_authrole. There is no credential: what protects it are the
/// permissions of the Unix socket, so it is refused on any other transport.
Outcome AcceptAnonymousProxy(const nlohmann::json& details, const wamp::TransportDetails& transport);

/// Static `ticket` (spec 5.5.2): Challenge for the principal whose authid is in HELLO, or Denial if there is
/// none.
Outcome ChallengeForTicket(const TicketOptions& options, std::string_view realm,
                           const nlohmann::json& details);
/// The answer to that: Principal, which is `candidate`, if `signature` is the ticket of the authid in HELLO,
/// `login`; how long it takes tells nothing of the ticket. Denial otherwise.
Outcome AcceptTicket(const TicketOptions& options, std::string_view login, Principal candidate,
                     std::string_view signature);

}  // namespace wampgate::auth
