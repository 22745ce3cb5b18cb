#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "auth/authenticator.hpp"
#include "base/status.hpp"
#include "proxy/settings.hpp"
#include "wamp/serialization.hpp"
#include "wamp/session_acceptor.hpp"

namespace wampgate::proxy {

/// A client's HELLO.
struct Hello {
  std::string realm;  ///< empty: null
  nlohmann::json details;
};

/// Reads as much as transparent mode needs: a list with a realm (string or null) and details; what a router
/// would reject beyond that is left to the router.
StatusOr<Hello> ReadHello(wamp::Serializer serializer, std::string_view message);

/// The client's connection as routers are told of it (spec 3.7).
nlohmann::json DescribeTransport(const wamp::TransportDetails& details, wamp::Serializer serializer);

/// HELLO to the backend on behalf of an authenticated client (spec 5.9.1): `anonymous-proxy`, the client's
/// roles, features and custom attributes passed on. `transport` is what DescribeTransport gave and replaces
/// what the client may have put into its authextra.
nlohmann::json MakeBackendHello(const Hello& hello, const auth::Principal& principal,
                                const NodeIdentity& node, nlohmann::json transport);

}  // namespace wampgate::proxy
