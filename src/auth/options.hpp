#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace wampgate::auth {

/// `auth.anonymous` of type static (spec 5.5.1).
struct AnonymousOptions {
  std::string role = "anonymous";
  std::optional<std::string> authid;  ///< absent: a fresh serial number per session
  std::optional<std::string> realm;   ///< replaces the requested realm
  bool operator==(const AnonymousOptions&) const = default;
};

/// `auth.ticket` of type static (spec 5.5.2).
struct TicketPrincipal {
  std::optional<std::string> ticket;  ///< absent: nobody can join as this one
  std::string role;                   ///< empty: the client is turned away
  std::optional<std::string> authid;  ///< replaces the one that the client gave
  std::optional<std::string> realm;   ///< replaces the requested realm
  bool operator==(const TicketPrincipal&) const = default;
};
struct TicketOptions {
  std::map<std::string, TicketPrincipal, std::less<>> principals;  ///< by the authid that clients give
  bool operator==(const TicketOptions&) const = default;
};

/// The methods a transport accepts from its clients (spec 5.3). No `auth` at all means the builtin anonymous.
struct Options {
  std::optional<AnonymousOptions> anonymous;
  bool anonymous_proxy =
      false;  ///< `anonymous-proxy`: trusts the peer's proxy_* authextra; Unix sockets only
  /// Null: not configured. Shared, so that a copy of the options is small whatever the number of principals.
  std::shared_ptr<const TicketOptions> ticket{};

  bool operator==(const Options& other) const {
    const bool same_tickets =
        ticket == other.ticket || (ticket != nullptr && other.ticket != nullptr && *ticket == *other.ticket);
    return anonymous == other.anonymous && anonymous_proxy == other.anonymous_proxy && same_tickets;
  }
};

}  // namespace wampgate::auth
