#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "web/beneath.hpp"
#include "web/mime_types.hpp"
#include "web/options.hpp"

namespace wampgate::web {

/// The part of a request's path that a static service maps to a file.
struct FilePath {
  std::string relative;  ///< without slashes at its ends; empty: the root itself
  bool has_trailing_slash = false;
};

/// Nothing for what no file can be: "." and "..", empty segments inside, slashes, backslashes and NUL in a
/// segment.
std::optional<FilePath> MapSegments(const std::vector<std::string_view>& segments);

/// A directory and how its files are served: answers GET and HEAD (spec 4.4). Immutable; blocks, so it is
/// called on the helper thread.
class FileTree {
 public:
  explicit FileTree(StaticOptions options);
  http::Response Answer(const http::Request& request) const;

 private:
  /// A place in the tree that was asked for.
  struct Place {
    const http::Request& request;
    int root;
    FilePath path;
  };
  http::Response AnswerFound(const Place& place, UniqueFd fd) const;
  http::Response AnswerDirectory(const Place& place, UniqueFd fd) const;
  http::Response AnswerMissing(const Place& place) const;
  http::Response List(const Place& place, UniqueFd fd) const;
  std::optional<http::Response> TryIndex(const Place& place) const;
  Opened Open(int root, const std::string& relative) const;
  bool IsHidden(const FilePath& path) const;

  StaticOptions options_;
  MimeTypes types_;
};

}  // namespace wampgate::web
