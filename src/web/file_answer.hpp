#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "http/message.hpp"
#include "web/content.hpp"
#include "web/mime_types.hpp"

namespace wampgate::web {

/// Cache-Control and Expires for `cache_timeout` seconds, and the cross-origin fields (spec 4.4).
void AddCacheAndCors(const http::Request& request, std::optional<int> cache_timeout,
                     http::Response& response);

/// The answer to GET or HEAD of a content: 200, 206, 304, 412 or 416 with all that belongs to it.
/// What has been set on `response` already comes first.
http::Response AnswerContent(const http::Request& request, std::shared_ptr<const Content> content,
                             const ContentKind& kind, http::Response response);

/// 302 to the path of the request with a slash behind it.
http::Response RedirectToDirectory(const http::Request& request, std::optional<int> cache_timeout);

}  // namespace wampgate::web
