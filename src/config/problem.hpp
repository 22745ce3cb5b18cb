#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wampgate::config {

enum class Severity : unsigned char { kError, kWarning };

/// What a problem comes from.
enum class Cause : unsigned char {
  kOther,         ///< a value that does not fit, a reference that leads nowhere, …
  kUnknownKey,    ///< neither Crossbar nor wampgate has this key
  kNotSupported,  ///< Crossbar's, but not wampgate's (vocabulary.hpp)
  kNoEffect,      ///< Crossbar's, and nothing is lost without it
};

/// Something about a configuration that its author should know. An error forbids using it, a warning does
/// not.
struct Problem {
  Severity severity = Severity::kError;
  std::string path;  ///< key it is about, "workers[1].transports[0].paths.ws.type"; empty: the whole document
  std::string message;  ///< what was expected and what was found, without the path
  int line = 0;         ///< of the key, from 1; 0: not known (the document did not come as text)
  int column = 0;
  Cause cause = Cause::kOther;
  bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

bool HasErrors(const Problems& problems);

/// "workers[0].type: expected … (line 3, column 5)".
std::string ToString(const Problem& problem);

/// The path of a key in a document, built while descending.
class Where {
 public:
  Where() = default;
  /// `path.key`, or `path["key"]` if the key is not made of letters, digits, '_' and '-'.
  Where Key(std::string_view key) const;
  /// `path[index]`.
  Where Index(std::size_t index) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Quoted and shortened for a message, control characters escaped.
std::string Quote(std::string_view text);

}  // namespace wampgate::config
