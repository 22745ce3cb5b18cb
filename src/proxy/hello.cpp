#include "proxy/hello.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include "wamp/document.hpp"
#include "wamp/message.hpp"

namespace wampgate::proxy {

namespace {

using Json = nlohmann::json;

Json DescribeExtensions(const std::string& header) {
  Json extensions = Json::array();
  std::size_t begin = 0;
  while (begin < header.size()) {
    const std::size_t end = std::min(header.find(',', begin), header.size());
    std::string_view name = std::string_view(header).substr(begin, end - begin);
    name = name.substr(0, name.find(';'));
    const std::size_t first = name.find_first_not_of(' ');
    const std::size_t last = name.find_last_not_of(' ');
    if (first != name.npos) {
      Json extension = Json::object();
      extension["extension"] = name.substr(first, last - first + 1);
      extensions.push_back(std::move(extension));
    }
    begin = end + 1;
  }
  return extensions;
}

Json DescribeHeaders(const wamp::TransportDetails& details) {
  Json headers = Json::object();
  for (const auto& [name, value] : details.http_headers) {
    Json& slot = headers[name];
    slot = slot.is_string() ? slot.get<std::string>() + ", " + value : value;
  }
  return headers;
}

}  // namespace

StatusOr<Hello> ReadHello(wamp::Serializer serializer, std::string_view message) {
  WAMPGATE_ASSIGN_OR_RETURN(Json document, wamp::ReadDocument(serializer, message));
  if (!document.is_array() || document.size() != 3) {
    return InvalidArgument(
        fmt::format("HELLO has {} elements instead of 3", document.is_array() ? document.size() : 0));
  }
  if (!document[1].is_string() && !document[1].is_null())
    return InvalidArgument("realm in HELLO is not a string");
  if (!document[2].is_object()) return InvalidArgument("details in HELLO are not a dictionary");
  Hello hello;
  if (document[1].is_string()) hello.realm = document[1].get<std::string>();
  hello.details = std::move(document[2]);
  return hello;
}

Json DescribeTransport(const wamp::TransportDetails& details, wamp::Serializer serializer) {
  const bool is_websocket = details.channel_framing == "websocket";
  Json transport = Json::object();
  transport["channel_type"] = details.is_secure ? "tls" : "tcp";
  transport["channel_framing"] = details.channel_framing;
  transport["channel_serializer"] = wamp::Name(serializer);
  transport["own"] = nullptr;
  transport["peer"] = details.peer;
  transport["is_server"] = true;
  transport["own_pid"] = static_cast<std::int64_t>(getpid());
  transport["own_tid"] = static_cast<std::int64_t>(gettid());
  transport["own_fd"] = -1;
  transport["is_secure"] = details.is_secure;
  transport["channel_id"] = Json::object();
  transport["peer_cert"] = nullptr;
  transport["websocket_protocol"] = details.websocket_protocol.empty()
                                        ? std::string(wamp::Subprotocol({serializer, wamp::Batching::kNone}))
                                        : details.websocket_protocol;
  transport["websocket_extensions_in_use"] =
      is_websocket ? DescribeExtensions(details.websocket_extensions) : Json(nullptr);
  transport["http_headers_received"] = is_websocket ? DescribeHeaders(details) : Json(nullptr);
  transport["http_headers_sent"] = is_websocket ? Json::object() : Json(nullptr);
  transport["http_cbtid"] = nullptr;
  return transport;
}

Json MakeBackendHello(const Hello& hello, const auth::Principal& principal, const NodeIdentity& node,
                      Json transport) {
  Json proxy_extra = principal.extra.is_object() ? principal.extra : Json::object();
  proxy_extra["transport"] = std::move(transport);

  Json extra = Json::object();
  if (!node.public_key.empty()) extra["pubkey"] = node.public_key;
  extra["proxy_realm"] = principal.realm;
  extra["proxy_authid"] = principal.authid;
  extra["proxy_authrole"] = principal.role;
  extra["proxy_authmethod"] = principal.method;
  extra["proxy_authprovider"] = principal.provider;
  extra["proxy_authextra"] = std::move(proxy_extra);

  Json details = hello.details;
  details.erase("authrole");
  details["authmethods"] = Json::array({"anonymous-proxy"});
  details["authid"] = node.node;
  details["authextra"] = std::move(extra);

  Json message = Json::array();
  message.push_back(static_cast<int>(wamp::MessageType::kHello));
  message.push_back(principal.realm);
  message.push_back(std::move(details));
  return message;
}

}  // namespace wampgate::proxy
