#include "web/file_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "http/date.hpp"
#include "http/pages.hpp"
#include "web/cors.hpp"
#include "web/served_file.hpp"
#include "web/validators.hpp"

namespace wampgate::web {
namespace {

http::Response Page(http::Response response, http::Response page) {
  response.status = page.status;
  response.body = std::move(page.body);
  for (auto& field : page.headers) response.headers.push_back(std::move(field));
  return response;
}

std::string ContentRange(const ByteRange& part, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", part.first, part.first + part.length - 1, size);
}

// multipart/byteranges (RFC 9110 14.6).
std::vector<BodyPart> Multipart(const std::vector<ByteRange>& ranges, const ContentKind& kind,
                                std::uint64_t size, const std::string& boundary) {
  std::vector<BodyPart> parts;
  for (const ByteRange& range : ranges) {
    parts.emplace_back(fmt::format("\r\n--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n", boundary,
                                   kind.type, ContentRange(range, size)));
    parts.emplace_back(range);
  }
  parts.emplace_back(fmt::format("\r\n--{}--\r\n", boundary));
  return parts;
}

void SetParts(http::Response& response, const RangeRequest& range, const ContentKind& kind,
              std::uint64_t size, std::vector<BodyPart>& parts) {
  if (range.kind == RangeRequest::Kind::kWhole) {
    response.Set("Content-Type", kind.type);
    if (size > 0) parts.emplace_back(ByteRange{0, size});
    return;
  }
  response.status = 206;
  if (range.parts.size() == 1) {
    response.Set("Content-Type", kind.type);
    response.Set("Content-Range", ContentRange(range.parts.front(), size));
    parts.emplace_back(range.parts.front());
    return;
  }
  const std::string boundary = RandomHex(16);
  response.Set("Content-Type", "multipart/byteranges; boundary=" + boundary);
  parts = Multipart(range.parts, kind, size, boundary);
}

}  // namespace

void AddCacheAndCors(const http::Request& request, std::optional<int> cache_timeout,
                     http::Response& response) {
  if (cache_timeout) {
    const int seconds = std::max(0, *cache_timeout);
    response.Set("Cache-Control", fmt::format("max-age={}, public", seconds));
    response.Set("Expires", http::FormatDate(std::time(nullptr) + seconds));
  }
  AllowAllOrigins(request, response);
}

http::Response AnswerContent(const http::Request& request, std::shared_ptr<const Content> content,
                             const ContentKind& kind, http::Response response) {
  const Validators validators = content->validators();
  response.Set("Accept-Ranges", "bytes");
  response.Set("Last-Modified", http::FormatDate(validators.last_modified));
  response.Set("ETag", validators.etag);
  switch (Evaluate(request, validators)) {
    case Precondition::kProceed:
      break;
    case Precondition::kNotModified:
      response.status = 304;
      return response;
    case Precondition::kFailed:
      return Page(std::move(response), http::ErrorPage(412, "Precondition Failed",
                                                       "The file is not in the state that was asked for."));
  }
  RangeRequest range;
  if (RangeApplies(request, validators)) range = ReadRange(request.Header("range"), content->size());
  if (!content->seeks() && !IsAscending(range.parts)) range = {};  // RFC 9110 14.2 allows it
  if (range.kind == RangeRequest::Kind::kUnsatisfiable) {
    response.Set("Content-Range", fmt::format("bytes */{}", content->size()));
    return Page(std::move(response), http::ErrorPage(416, "Range Not Satisfiable",
                                                     "The file does not have the octets asked for."));
  }
  std::vector<BodyPart> parts;
  SetParts(response, range, kind, content->size(), parts);
  if (!kind.encoding.empty()) response.Set("Content-Encoding", kind.encoding);
  response.Set("X-Content-Type-Options", "nosniff");
  if (SetBody(response, content, std::move(parts))) return response;
  return http::ErrorPage(500, "Internal Server Error", "The file changed while it was read.");
}

// More than one slash in front would name a host.
http::Response RedirectToDirectory(const http::Request& request, std::optional<int> cache_timeout) {
  const std::size_t first = std::min(request.path.find_first_not_of('/'), request.path.size());
  std::string location = "/" + request.path.substr(first);
  if (!location.ends_with('/')) location += '/';
  if (!request.query.empty()) location += "?" + request.query;
  http::Response response;
  response.status = 302;
  AddCacheAndCors(request, cache_timeout, response);
  response.Set("Content-Type", "text/html; charset=utf-8");
  response.Set("Location", location);
  const std::string link = http::EscapeHtml(location);
  response.body = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta http-equiv=\"refresh\" "
      "content=\"0;url={0}\"><title>Found"
      "</title></head>\n<body><a href=\"{0}\">click here</a></body></html>\n",
      link);
  return response;
}

}  // namespace wampgate::web
