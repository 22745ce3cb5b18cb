#include "config/resolve_web_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "config/value.hpp"

namespace wampgate::config {
namespace {

/// Whether `below` is `directory` or inside it.
bool Holds(const std::string& directory, const std::string& below) {
  const std::filesystem::path outer(directory), inner(below);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

void ResolveStaticOptions(const v1::StaticOptions& options, const Where& where, const Context& context,
                          web::StaticOptions& resolved) {
  resolved.enable_directory_listing = options.enable_directory_listing();
  resolved.follow_symlinks = options.follow_symlinks();
  if (options.has_cache_timeout()) {
    resolved.cache_timeout =
        options.cache_timeout() < 0 ? std::nullopt : std::optional(options.cache_timeout());
  }
  resolved.mime_types = ResolveMimeTypes(options.mime_types(), where.Key("mime_types"), context);
  if (!options.has_default_file()) return;
  resolved.default_file = options.default_file();
  if (!StaysBelow(options.default_file())) {
    context.Error(where.Key("default_file"),
                  fmt::format("expected a file below `directory`, found {}", Quote(options.default_file())));
  }
}

}  // namespace

bool StaysBelow(const std::string& file) {
  const std::filesystem::path path(file);
  return !file.empty() && !path.is_absolute() && std::find(path.begin(), path.end(), "..") == path.end();
}

std::map<std::string, std::string> ResolveMimeTypes(
    const google::protobuf::Map<std::string, std::string>& types, const Where& where,
    const Context& context) {
  std::map<std::string, std::string> resolved;
  for (const auto& [suffix, type] : types) {
    if (suffix.starts_with('.')) {
      resolved.emplace(suffix, type);
    } else {
      context.Warn(where.Key(suffix), "never matches: a suffix begins with a dot");
    }
  }
  return resolved;
}

web::StaticOptions ResolveStatic(const v1::StaticPath& path, const Where& where, const Context& context) {
  web::StaticOptions resolved;
  ResolveStaticOptions(path.options(), where.Key("options"), context, resolved);
  if (!path.has_directory()) return resolved;
  if (path.directory().find('\0') != std::string::npos) {
    context.Error(where.Key("directory"), "a path has no NUL");
    return resolved;
  }
  resolved.directory = context.environment.Absolute(path.directory());
  if (Holds(resolved.directory, context.environment.node_directory)) {
    context.Warn(where.Key("directory"),
                 fmt::format("{} holds the node directory: everybody can read the node's files",
                             Quote(resolved.directory)));
  }
  if (!context.environment.is_directory(resolved.directory)) {
    context.Warn(where.Key("directory"), fmt::format("{} is not a directory: requests get 404 until it is",
                                                     Quote(resolved.directory)));
  }
  return resolved;
}

web::JsonOptions ResolveJson(const v1::JsonPath& path, const Where& where, const Context& context) {
  web::JsonOptions resolved;
  const v1::JsonOptions& options = path.options();
  resolved.prettify = options.prettify();
  if (options.has_allow_cross_origin()) resolved.allow_cross_origin = options.allow_cross_origin();
  resolved.discourage_caching = options.discourage_caching();
  if (!path.has_value()) return resolved;
  const Parsed parsed = ParseJson(path.value());
  if (!parsed.ok || HasErrors(parsed.problems)) {
    const std::string reason = parsed.problems.empty() ? "" : parsed.problems.front().message;
    context.Error(where.Key("value"), "expected JSON: " + reason);
    return resolved;
  }
  constexpr int kIndent = 3;  // as Crossbar documents it
  resolved.compact = ToJson(parsed.value);
  resolved.pretty = ToJson(parsed.value, kIndent);
  return resolved;
}

web::HealthOptions ResolveHealth(const v1::HealthPath& path) {
  const bool alive = path.check() == v1::HealthPath::ALIVE;
  return {alive ? web::HealthOptions::Check::kAlive : web::HealthOptions::Check::kReady};
}

web::RedirectOptions ResolveRedirect(const v1::RedirectPath& path, const Where& where,
                                     const Context& context) {
  const std::string& url = path.url();
  const bool visible = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (path.has_url() && (url.empty() || !visible)) {
    context.Error(
        where.Key("url"),
        fmt::format("expected a URL without spaces and other than ASCII characters, found {}", Quote(url)));
  }
  return {url};
}

}  // namespace wampgate::config
