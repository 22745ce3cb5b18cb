#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

/// The usual pages (spec 4.1.4), without versions, directories, peers or pids.
namespace wampgate::http {

Response NotFoundPage();
/// `allow` is what the Allow header says: "HEAD, GET".
Response MethodNotAllowedPage(const Request& request, std::string_view allow);
Response NotImplementedPage(const Request& request);
/// `text` is plain text; it is escaped. The Content-Type is text/html; charset=utf-8.
Response ErrorPage(int status, std::string_view title, std::string_view text);

/// For services that only answer GET and HEAD: what to send for the other methods (405 for POST, otherwise
/// 501).
std::optional<Response> RefuseUnlessGet(const Request& request);

/// Text as it may stand in HTML content and in quoted attributes.
std::string EscapeHtml(std::string_view text);

}  // namespace wampgate::http
