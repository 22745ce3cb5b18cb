#include <fmt/format.h>

#include "auth/methods.hpp"
#include "wamp/uri.hpp"

namespace wampgate::auth {
namespace {

/// A required, non-empty text attribute of authextra.
const std::string* Text(const nlohmann::json& extra, const char* key) {
  const auto found = extra.find(key);
  if (found == extra.end() || !found->is_string()) return nullptr;
  const auto& text = found->get_ref<const std::string&>();
  return text.empty() ? nullptr : &text;
}

}  // namespace

Outcome AcceptAnonymousProxy(const nlohmann::json& details, const wamp::TransportDetails& transport) {
  if (!transport.is_unix) {
    return Denial{
        std::string(wamp::uri::kNotAuthorized),
        "anonymous-proxy is accepted on Unix sockets only, whose permissions say who may speak for others"};
  }
  const auto extra = details.find("authextra");
  const nlohmann::json none = nlohmann::json::object();
  const nlohmann::json& given = extra != details.end() && extra->is_object() ? *extra : none;
  for (const char* key : {"proxy_authid", "proxy_authrole", "proxy_realm"}) {
    if (Text(given, key) == nullptr) {
      return Denial{std::string(wamp::uri::kNotAuthorized),
                    fmt::format("missing required attribute {} in details.authextra", key)};
    }
  }
  Principal principal;
  principal.realm = *Text(given, "proxy_realm");
  principal.authid = *Text(given, "proxy_authid");
  principal.role = *Text(given, "proxy_authrole");
  principal.method = "anonymous-proxy";
  if (const auto echoed = given.find("proxy_authextra"); echoed != given.end() && echoed->is_object()) {
    principal.extra = *echoed;
  }
  return principal;
}

}  // namespace wampgate::auth
