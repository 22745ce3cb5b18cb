#include "proxy/client_welcome.hpp"

#include <unistd.h>

namespace wampgate::proxy {

namespace {

using Json = nlohmann::json;

bool IsOfNode(std::string_view key) {
  return key == "transport" || key.starts_with("x_cb_");
}

/// What the authenticator gave, then what the backend made of it.
Json MergeExtra(const Json& given, const Json& of_backend, BackendDetails exposure) {
  Json merged = Json::object();
  for (const Json* source : {&given, &of_backend}) {
    if (!source->is_object()) continue;
    for (const auto& [key, value] : source->items()) {
      if (exposure == BackendDetails::kExposed || !IsOfNode(key)) merged[key] = value;
    }
  }
  return merged;
}

void SetUnlessString(Json& details, const char* key, const std::string& value) {
  const auto present = details.find(key);
  if (present == details.end() || !present->is_string()) details[key] = value;
}

}  // namespace

Json MakeClientWelcome(Welcome backend, const WelcomeContext& context) {
  Json details = Json::object();
  for (auto& [key, value] : backend.details.items()) {
    if (!IsOfNode(key) && key != "authextra") details[key] = std::move(value);
  }
  SetUnlessString(details, "realm", context.principal.realm);
  SetUnlessString(details, "authid", context.principal.authid);
  SetUnlessString(details, "authrole", context.principal.role);
  details["authmethod"] = context.principal.method;
  details["authprovider"] = context.principal.provider;

  const auto found = backend.details.find("authextra");
  const Json none = nullptr;
  Json extra =
      MergeExtra(context.principal.extra, found == backend.details.end() ? none : *found, context.details);
  if (context.details == BackendDetails::kExposed) {
    extra["x_cb_proxy_node"] = context.node.node;
    extra["x_cb_proxy_worker"] = context.node.worker;
    extra["x_cb_proxy_peer"] = context.peer;
    extra["x_cb_proxy_pid"] = static_cast<std::int64_t>(getpid());
  }
  details["authextra"] = std::move(extra);

  Json message = Json::array();
  message.push_back(static_cast<int>(wamp::MessageType::kWelcome));
  message.push_back(backend.session);
  message.push_back(std::move(details));
  return message;
}

}  // namespace wampgate::proxy
