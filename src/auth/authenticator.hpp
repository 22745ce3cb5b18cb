#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "auth/options.hpp"
#include "wamp/session_acceptor.hpp"

namespace wampgate::auth {

/// Who a client is, once a method has accepted it (spec 5.4.1).
struct Principal {
  std::string realm;
  std::string authid;
  std::string role;
  std::string method;  ///< "anonymous", "anonymous-proxy", …
  std::string provider = "static";
  nlohmann::json extra = nlohmann::json::object();  ///< → WELCOME.authextra
};
/// CHALLENGE to send.
struct Challenge {
  std::string method;
  nlohmann::json extra = nlohmann::json::object();
  Principal candidate;  ///< who the client is if its answer is right: realm and role can be checked before
};
/// ABORT to send.
struct Denial {
  std::string reason;  ///< URI
  std::string message;
  std::string method{};  ///< that has decided; empty: none has
};
using Outcome = std::variant<Principal, Challenge, Denial>;

/// The authentication of one session: HELLO in, then AUTHENTICATE for each Challenge, until Principal or
/// Denial (spec 5.4). Pure; whether realm and role exist is the caller's question. Unknown methods in HELLO
/// are skipped.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// `realm` is empty when HELLO had null. `details` are HELLO's.
  virtual Outcome OnHello(std::string_view realm, const nlohmann::json& details,
                          const wamp::TransportDetails& transport) = 0;
  virtual Outcome OnAuthenticate(std::string_view signature, const nlohmann::json& extra) = 0;
};

/// For one session; no options: the builtin anonymous (spec 5.4 step 3).
std::unique_ptr<Authenticator> MakeAuthenticator(const std::optional<Options>& options);

}  // namespace wampgate::auth
