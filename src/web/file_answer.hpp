#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "http/message.hpp"
#include "web/mime_types.hpp"
#include "web/served_file.hpp"

namespace wampgate::web {

/// Cache-Control and Expires for `cache_timeout` seconds, and the cross-origin fields (spec 4.4).
void AddCacheAndCors(const http::Request& request, std::optional<int> cache_timeout,
                     http::Response& response);

/// The answer to GET or HEAD of an open file: 200, 206, 304, 412 or 416 with all that belongs to it.
/// What has been set on `response` already comes first.
http::Response AnswerFile(const http::Request& request, std::shared_ptr<const ServedFile> file,
                          const ContentKind& kind, http::Response response);

}  // namespace wampgate::web
