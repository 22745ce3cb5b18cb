#include "config/resolve_archive.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/resolve_web_service.hpp"

namespace wampgate::config {
namespace {

constexpr std::size_t kHashDigits = 64;

bool IsHash(const std::string& hash) {
  return hash.size() == kHashDigits && hash.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

void ResolveOrigin(const v1::ArchivePath& path, const Where& where, const Context& context,
                   web::ArchiveSource& source) {
  const std::string& origin = path.origin();
  if (path.download() && !path.has_origin()) {
    context.Error(where.Key("origin"), "missing; `download` needs the URL to fetch the archive from");
    return;
  }
  if (!path.has_origin()) return;
  const bool is_visible =
      std::all_of(origin.begin(), origin.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  const bool is_web = origin.starts_with("http://") || origin.starts_with("https://");
  if (!is_web || !is_visible) {
    context.Error(
        where.Key("origin"),
        fmt::format("expected a URL that begins with http:// or https:// and has no spaces, found {}",
                    Quote(origin)));
    return;
  }
  if (!path.download()) {
    context.Warn(where.Key("origin"), "has no effect without \"download\": true");
    return;
  }
  source.origin = origin;
  if (path.hashes().empty()) {
    context.Warn(where.Key("hashes"), "missing: whatever is downloaded is served, unverified");
  }
}

void ResolveHashes(const v1::ArchivePath& path, const Where& where, const Context& context,
                   web::ArchiveSource& source) {
  for (int i = 0; i < path.hashes_size(); ++i) {
    const std::string& hash = path.hashes(i);
    if (IsHash(hash)) {
      source.hashes.push_back(LowerCase(hash));
    } else {
      context.Error(where.Index(static_cast<std::size_t>(i)),
                    fmt::format("expected a SHA-256 as 64 hexadecimal digits, found {}", Quote(hash)));
    }
  }
}

/// A path within the archive, without slashes at its ends.
std::string Inside(std::string text, const Where& where, const Context& context) {
  while (text.ends_with('/')) text.pop_back();
  if (!StaysBelow(text)) {
    context.Error(where, fmt::format("expected a path within the archive, found {}", Quote(text)));
  }
  return text;
}

void ResolveOptions(const v1::ArchiveOptions& options, const Where& where, const Context& context,
                    web::ArchiveOptions& resolved) {
  if (options.has_default_file())
    resolved.default_file = Inside(options.default_file(), where.Key("default_file"), context);
  if (options.has_cache_timeout()) {
    resolved.cache_timeout =
        options.cache_timeout() < 0 ? std::nullopt : std::optional(options.cache_timeout());
  }
  web::ArchiveSource& source = resolved.source;
  if (options.has_max_archive_size())
    source.limits.archive = static_cast<std::uint64_t>(std::max(options.max_archive_size(), 0));
  if (options.has_max_object_size())
    source.limits.object = static_cast<std::uint64_t>(std::max(options.max_object_size(), 0));
  if (options.has_download_timeout())
    source.download_timeout = std::chrono::milliseconds(options.download_timeout());
}

}  // namespace

web::ArchiveOptions ResolveArchive(const v1::ArchivePath& path, const Where& where, const Context& context) {
  web::ArchiveOptions resolved;
  resolved.cache = path.cache();
  resolved.mime_types = ResolveMimeTypes(path.mime_types(), where.Key("mime_types"), context);
  if (path.has_default_object())
    resolved.default_object = Inside(path.default_object(), where.Key("default_object"), context);
  if (path.has_object_prefix() && !path.object_prefix().empty())
    resolved.object_prefix = Inside(path.object_prefix(), where.Key("object_prefix"), context);
  ResolveOptions(path.options(), where.Key("options"), context, resolved);
  ResolveOrigin(path, where, context, resolved.source);
  ResolveHashes(path, where.Key("hashes"), context, resolved.source);
  if (!path.has_archive()) return resolved;
  if (path.archive().empty() || path.archive().find('\0') != std::string::npos) {
    context.Error(where.Key("archive"), "expected the path of a ZIP file");
    return resolved;
  }
  resolved.source.file = context.environment.Absolute(path.archive());
  return resolved;
}

}  // namespace wampgate::config
