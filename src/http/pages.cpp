#include "http/pages.hpp"

#include <fmt/core.h>

namespace wampgate::http {

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

Response ErrorPage(int status, std::string_view title, std::string_view text) {
  Response response;
  response.status = status;
  response.Set("Content-Type", "text/html; charset=utf-8");
  response.Set("X-Content-Type-Options", "nosniff");
  const std::string heading = fmt::format("{} - {}", status, EscapeHtml(title));
  response.body = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>"
      "<style>body{{font:16px/1.5 sans-serif;max-width:40em;margin:4em auto;padding:0 "
      "1em;color:#222}}</style></head>\n"
      "<body><h1>{}</h1><p>{}</p></body></html>\n",
      heading, heading, EscapeHtml(text));
  return response;
}

Response NotFoundPage() {
  return ErrorPage(404, "No Such Resource", "Sorry. No luck finding that resource.");
}

Response MethodNotAllowedPage(const Request& request, std::string_view allow) {
  Response response = ErrorPage(405, "Method Not Allowed",
                                fmt::format("Your browser approached me (at {}) with the method \"{}\". "
                                            "I only allow the methods {} here.",
                                            request.path, request.method, allow));
  response.Set("Allow", allow);
  return response;
}

Response NotImplementedPage(const Request& request) {
  return ErrorPage(501, "Huh?", fmt::format("I don't know how to treat a {} request.", request.method));
}

std::optional<Response> RefuseUnlessGet(const Request& request) {
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  if (request.method == "POST") return MethodNotAllowedPage(request, "HEAD, GET");
  return NotImplementedPage(request);
}

}  // namespace wampgate::http
