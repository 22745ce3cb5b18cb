#pragma once

#include <string_view>

namespace wampgate::wamp {

/// Loose URI check without empty components: `^([^\s\.#]+\.)*([^\s\.#]+)$` (spec 3.5).
bool IsLooseUri(std::string_view uri);
/// Loose URI that may have empty components, for wildcard patterns; the last may be empty for prefixes.
bool IsLooseUriPattern(std::string_view uri);
/// `^([\da-z_]+\.)*([\da-z_]+)$`.
bool IsStrictUri(std::string_view uri);

/// The URIs of Appendix B that we send.
namespace uri {
inline constexpr std::string_view kNoSuchRealm = "wamp.error.no_such_realm";
inline constexpr std::string_view kNoSuchRole = "wamp.error.no_such_role";
inline constexpr std::string_view kNoSuchPrincipal = "wamp.error.no_such_principal";
inline constexpr std::string_view kNoAuthMethod = "wamp.error.no_auth_method";
inline constexpr std::string_view kAuthenticationFailed = "wamp.error.authentication_failed";
inline constexpr std::string_view kNotAuthorized = "wamp.error.not_authorized";
inline constexpr std::string_view kNoSuchProcedure = "wamp.error.no_such_procedure";
inline constexpr std::string_view kProcedureAlreadyExists = "wamp.error.procedure_already_exists";
inline constexpr std::string_view kNoSuchSubscription = "wamp.error.no_such_subscription";
inline constexpr std::string_view kNoSuchRegistration = "wamp.error.no_such_registration";
inline constexpr std::string_view kInvalidUri = "wamp.error.invalid_uri";
inline constexpr std::string_view kInvalidArgument = "wamp.error.invalid_argument";
inline constexpr std::string_view kCanceled = "wamp.error.canceled";
inline constexpr std::string_view kRuntimeError = "wamp.error.runtime_error";
inline constexpr std::string_view kProtocolViolation = "wamp.error.protocol_violation";
inline constexpr std::string_view kPayloadSizeExceeded = "wamp.error.payload_size_exceeded";
inline constexpr std::string_view kUnavailable = "wamp.error.unavailable";
inline constexpr std::string_view kNetworkFailure = "wamp.error.network_failure";
inline constexpr std::string_view kOptionNotAllowed = "wamp.error.option_not_allowed";
inline constexpr std::string_view kCloseNormal = "wamp.close.normal";
inline constexpr std::string_view kCloseGoodbyeAndOut = "wamp.close.goodbye_and_out";
inline constexpr std::string_view kCloseSystemShutdown = "wamp.close.system_shutdown";
inline constexpr std::string_view kCloseCloseRealm = "wamp.close.close_realm";
}  // namespace uri

}  // namespace wampgate::wamp
