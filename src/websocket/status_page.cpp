#include <fmt/format.h>

#include "websocket/field_list.hpp"
#include "websocket/handshake.hpp"

namespace wampgate::websocket {
namespace {

constexpr std::string_view kPage = R"(<!DOCTYPE html>
<html lang="en">
<head><meta charset="UTF-8"><title>WebSocket endpoint</title></head>
<body>
<h1>WebSocket endpoint</h1>
<p>This address speaks WebSocket, not plain HTTP. It is working.</p>
{}</body>
</html>
)";

/// The subprotocols; they are ours, and hold nothing that HTML would take for markup.
std::string SubprotocolList(std::span<const std::string> subprotocols) {
  if (subprotocols.empty()) return {};
  std::string list = "<p>Subprotocols:</p>\n<ul>\n";
  for (const std::string& name : subprotocols) list += fmt::format("<li><code>{}</code></li>\n", name);
  return list + "</ul>\n";
}

}  // namespace

std::string AnswerPlainRequest(const http::Request& request, const ServerOptions& options,
                               std::span<const std::string> subprotocols) {
  if (request.method != "GET" && request.method != "HEAD") {
    return fmt::format("HTTP/1.1 405 HTTP method \"{}\" not allowed\r\nAllow: GET, HEAD\r\n\r\n",
                       Printable(request.method));
  }
  if (auto refusal = RefuseAddress(request, options)) return *refusal;
  if (!options.enable_webstatus) {
    return "HTTP/1.1 426 HTTP Upgrade header missing\r\nUpgrade: websocket\r\n\r\n";
  }
  const std::string page = fmt::format(kPage, SubprotocolList(subprotocols));
  const std::string_view version = options.show_server_version ? "/" WAMPGATE_VERSION : "";
  return fmt::format(
      "HTTP/1.1 200 OK\r\nServer: wampgate{}\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: "
      "{}\r\n\r\n{}",
      version, page.size(), request.method == "HEAD" ? "" : page);
}

}  // namespace wampgate::websocket
