#include "web/mime_types.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace wampgate::web {
namespace {

using Entry = std::pair<std::string_view, std::string_view>;

constexpr Entry kTypes[] = {
    // sorted
    {".7z", "application/x-7z-compressed"},
    {".aac", "audio/aac"},
    {".apk", "application/vnd.android.package-archive"},
    {".avi", "video/x-msvideo"},
    {".avif", "image/avif"},
    {".bin", "application/octet-stream"},
    {".bmp", "image/bmp"},
    {".cbor", "application/cbor"},
    {".cjs", "text/javascript"},
    {".css", "text/css"},
    {".csv", "text/csv"},
    {".deb", "application/vnd.debian.binary-package"},
    {".doc", "application/msword"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".eot", "application/vnd.ms-fontobject"},
    {".epub", "application/epub+zip"},
    {".flac", "audio/flac"},
    {".gif", "image/gif"},
    {".glb", "model/gltf-binary"},
    {".gltf", "model/gltf+json"},
    {".htm", "text/html"},
    {".html", "text/html"},
    {".ico", "image/vnd.microsoft.icon"},
    {".ics", "text/calendar"},
    {".jar", "application/java-archive"},
    {".jgz", "text/javascript"},
    {".jpeg", "image/jpeg"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript"},
    {".json", "application/json"},
    {".jsonld", "application/ld+json"},
    {".jxl", "image/jxl"},
    {".m4a", "audio/mp4"},
    {".map", "application/json"},
    {".md", "text/markdown"},
    {".mjs", "text/javascript"},
    {".mkv", "video/x-matroska"},
    {".mov", "video/quicktime"},
    {".mp3", "audio/mpeg"},
    {".mp4", "video/mp4"},
    {".mpeg", "video/mpeg"},
    {".msgpack", "application/vnd.msgpack"},
    {".oga", "audio/ogg"},
    {".ogg", "audio/ogg"},
    {".ogv", "video/ogg"},
    {".opus", "audio/ogg"},
    {".otf", "font/otf"},
    {".pdf", "application/pdf"},
    {".png", "image/png"},
    {".ppt", "application/vnd.ms-powerpoint"},
    {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".rtf", "application/rtf"},
    {".svg", "image/svg+xml"},
    {".tar", "application/x-tar"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".ttf", "font/ttf"},
    {".txt", "text/plain"},
    {".vtt", "text/vtt"},
    {".wasm", "application/wasm"},
    {".wav", "audio/wav"},
    {".weba", "audio/webm"},
    {".webm", "video/webm"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
    {".xhtml", "application/xhtml+xml"},
    {".xls", "application/vnd.ms-excel"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".xml", "application/xml"},
    {".yaml", "application/yaml"},
    {".yml", "application/yaml"},
    {".zip", "application/zip"},
};
static_assert(std::is_sorted(std::begin(kTypes), std::end(kTypes)));

constexpr Entry kEncodings[] = {{".gz", "gzip"}, {".bz2", "bzip2"}, {".jgz", "gzip"}};

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::optional<std::string_view> BuiltIn(std::string_view suffix) {
  const auto it =
      std::lower_bound(std::begin(kTypes), std::end(kTypes), suffix,
                       [](const Entry& entry, std::string_view wanted) { return entry.first < wanted; });
  if (it == std::end(kTypes) || it->first != suffix) return std::nullopt;
  return it->second;
}

// Tries the suffixes of `name` from the longest on; `find` gives a type or nothing.
template <typename Find>
std::optional<std::string_view> LongestSuffix(std::string_view name, Find find) {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    if (const auto type = find(name.substr(dot))) return type;
  }
  return std::nullopt;
}

}  // namespace

MimeTypes::MimeTypes(const std::map<std::string, std::string>& configured) {
  for (const auto& [suffix, type] : configured) configured_[Lower(suffix)] = type;
}

ContentKind MimeTypes::Of(std::string_view file_name) const {
  const std::string lower = Lower(file_name);
  std::string_view name = lower;
  const auto from_configured = [this](std::string_view suffix) -> std::optional<std::string_view> {
    const auto it = configured_.find(suffix);
    if (it == configured_.end()) return std::nullopt;
    return it->second;
  };
  const auto from_any = [&](std::string_view suffix) {
    const auto type = from_configured(suffix);
    return type ? type : BuiltIn(suffix);
  };
  if (const auto type = LongestSuffix(name, from_configured)) {
    if (!name.ends_with(".jgz")) return {std::string(*type), {}};
  }
  ContentKind kind{"application/octet-stream", {}};
  for (const auto& [suffix, encoding] : kEncodings) {
    if (!name.ends_with(suffix)) continue;
    kind.encoding = encoding;
    if (suffix != ".jgz") name.remove_suffix(suffix.size());
    break;
  }
  if (const auto type = LongestSuffix(name, from_any)) kind.type = *type;
  return kind;
}

}  // namespace wampgate::web
