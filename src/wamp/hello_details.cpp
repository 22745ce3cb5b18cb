#include "wamp/hello_details.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/utf8.hpp"

namespace wampgate::wamp {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostShown = 256;
constexpr std::array<std::string_view, 4> kClientRoles{"subscriber", "publisher", "caller", "callee"};

Status CheckRoles(const Json& details) {
  const auto roles = details.find("roles");
  if (roles == details.end()) return InvalidArgument("missing mandatory roles attribute in options in HELLO");
  if (!roles->is_object()) return InvalidArgument("'roles' in 'details' in HELLO is not a dictionary");
  if (roles->empty()) return InvalidArgument("empty 'roles' in 'details' in HELLO");
  for (const auto& [role, description] : roles->items()) {
    if (std::find(kClientRoles.begin(), kClientRoles.end(), role) == kClientRoles.end()) {
      return InvalidArgument(fmt::format("invalid role '{}' in 'roles' in 'details' in HELLO", role));
    }
    if (!description.is_object()) {
      return InvalidArgument(fmt::format("role '{}' in HELLO is not a dictionary", role));
    }
    const auto features = description.find("features");
    if (features != description.end() && !features->is_object()) {
      return InvalidArgument(fmt::format("'features' of role '{}' in HELLO is not a dictionary", role));
    }
  }
  return OkStatus();
}

}  // namespace

Status CheckHelloDetails(const Json& details) {
  WAMPGATE_RETURN_IF_ERROR(CheckRoles(details));
  if (const auto methods = details.find("authmethods"); methods != details.end() && !methods->is_null()) {
    bool are_strings = methods->is_array();
    if (are_strings) {
      for (const Json& method : *methods) are_strings = are_strings && method.is_string();
    }
    if (!are_strings) return InvalidArgument("'authmethods' in HELLO is not a list of strings");
  }
  for (const char* key : {"authid", "authrole"}) {
    const auto value = details.find(key);
    if (value != details.end() && !value->is_null() && !value->is_string()) {
      return InvalidArgument(fmt::format("'{}' in HELLO is not a string", key));
    }
  }
  const auto extra = details.find("authextra");
  if (extra != details.end() && !extra->is_null() && !extra->is_object()) {
    return InvalidArgument("'authextra' in HELLO is not a dictionary");
  }
  return OkStatus();
}

std::string OfferedMethods(const nlohmann::json& details) {
  std::string methods;
  if (!details.is_object()) return methods;
  const auto offered = details.find("authmethods");
  if (offered == details.end() || !offered->is_array()) return methods;
  for (const auto& method : *offered) {
    if (!method.is_string()) continue;
    const std::string& name = method.get_ref<const std::string&>();
    if (methods.size() + name.size() + 1 > kMostShown) break;
    if (!methods.empty()) methods += ',';
    methods += name;
  }
  return methods;
}

std::string WantedAuthid(const nlohmann::json& details) {
  if (!details.is_object()) return {};
  const auto authid = details.find("authid");
  if (authid == details.end() || !authid->is_string()) return {};
  return std::string(CutAtCharacter(authid->get_ref<const std::string&>(), kMostShown));
}

}  // namespace wampgate::wamp
