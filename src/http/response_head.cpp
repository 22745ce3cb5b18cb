#include "http/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "http/date.hpp"

namespace wampgate::http {
namespace {

constexpr std::pair<int, std::string_view> kReasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

std::string_view ConnectionField(const HeadContext& context) {
  if (context.keep_alive == KeepAlive::kNo) return "Connection: close\r\n";
  return context.version < 11 ? "Connection: keep-alive\r\n" : "";
}

void AppendValue(std::string& out, std::string_view value) {
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    out.push_back((octet < 0x20 && c != '\t') || octet == 0x7f ? ' ' : c);
  }
}

}  // namespace

std::string_view ReasonPhrase(int status) {
  const auto it = std::lower_bound(std::begin(kReasons), std::end(kReasons), status,
                                   [](const auto& entry, int wanted) { return entry.first < wanted; });
  return it != std::end(kReasons) && it->first == status ? it->second : "Unknown";
}

bool MayHaveBody(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void AppendHead(ByteBuffer& output, const Response& response, const HeadContext& context) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n{}Server: wampgate{}\r\nDate: {}\r\n", response.status,
                  response.reason.empty() ? ReasonPhrase(response.status) : std::string_view(response.reason),
                  ConnectionField(context), context.options.show_server_version ? "/" WAMPGATE_VERSION : "",
                  CurrentDate());
  if (context.options.hsts) {
    head += fmt::format("Strict-Transport-Security: max-age={}\r\n", context.options.hsts_max_age.count());
  }
  for (const auto& [name, value] : response.headers) {
    head += name;
    head += ": ";
    AppendValue(head, value);
    head += "\r\n";
  }
  if (MayHaveBody(response.status)) {
    head += fmt::format("Content-Length: {}\r\n",
                        response.source ? response.source->length : response.body.size());
  }
  head += "\r\n";
  output.Append(head);
}

}  // namespace wampgate::http
