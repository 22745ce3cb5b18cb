#pragma once

#include <map>
#include <string>
#include <string_view>

namespace wampgate::web {

/// What a file's name says of its content.
struct ContentKind {
  std::string type;           ///< Content-Type
  std::string_view encoding;  ///< Content-Encoding; empty: none
};

/// The type of a file by its suffix, in any case of letters. The longest suffix wins (".min.js" before
/// ".js"), of equal ones the configured. ".gz", ".bz2" and ".jgz" say the encoding and the suffix before them
/// the type, unless the suffix with them is configured. Unknown: application/octet-stream (spec 4.4, 8.2
/// #36).
class MimeTypes {
 public:
  /// Suffix with its dot → type.
  explicit MimeTypes(const std::map<std::string, std::string>& configured);
  ContentKind Of(std::string_view file_name) const;

 private:
  std::map<std::string, std::string, std::less<>> configured_;  ///< lower-case suffixes
};

}  // namespace wampgate::web
