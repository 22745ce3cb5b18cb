#pragma once

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

/// The methods a transport accepts from its clients (spec 5.3). No `auth` at all means the builtin anonymous.
struct Options {
  std::optional<AnonymousOptions> anonymous;
  bool anonymous_proxy =
      false;  ///< `anonymous-proxy`: trusts the peer's proxy_* authextra; Unix sockets only
  bool operator==(const Options&) const = default;
};

}  // namespace wampgate::auth
