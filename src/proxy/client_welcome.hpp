#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "auth/authenticator.hpp"
#include "proxy/control_message.hpp"
#include "proxy/settings.hpp"

namespace wampgate::proxy {

/// Whether the client sees what backend and node know of each other: `transport` (with HTTP headers) and
/// `x_cb_…`.
enum class BackendDetails : unsigned char { kHidden, kExposed };

struct WelcomeContext {
  const auth::Principal& principal;
  const NodeIdentity& node;
  const std::string& peer;  ///< of the client
  BackendDetails details = BackendDetails::kHidden;
};

/// WELCOME for an authenticated client from the backend's (spec 5.9.3): session id, realm, authid, authrole
/// and roles are the backend's, authmethod and authprovider those the client was authenticated with.
nlohmann::json MakeClientWelcome(Welcome backend, const WelcomeContext& context);

}  // namespace wampgate::proxy
