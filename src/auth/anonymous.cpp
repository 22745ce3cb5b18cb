#include "auth/methods.hpp"
#include "base/ids.hpp"

namespace wampgate::auth {

Outcome AcceptAnonymous(const AnonymousOptions& options, std::string_view realm,
                        const nlohmann::json& details) {
  Principal principal;
  principal.realm = options.realm.value_or(std::string(realm));
  principal.authid = options.authid ? *options.authid : SerialNumber();
  principal.role = options.role;
  principal.method = "anonymous";
  if (const auto extra = details.find("authextra"); extra != details.end() && extra->is_object()) {
    principal.extra = *extra;
  }
  return principal;
}

}  // namespace wampgate::auth
