#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wampgate::http {

/// Finds the end of a request head as it arrives and refuses at the first octet what no head may hold:
/// control characters, bare CR or LF, folded lines (RFC 9112 2.2, 5.2). Looks at every octet once.
class HeadScanner {
 public:
  enum class Result : std::uint8_t { kIncomplete, kComplete, kMalformed, kTooManyFields };

  explicit HeadScanner(std::size_t max_fields) : max_fields_(max_fields) {}
  /// `head` is everything received of the head so far, from its first octet on.
  Result Scan(std::string_view head);
  /// Octets of the head with the empty line that ends it; once complete.
  std::size_t size() const { return scanned_; }
  /// The request line has ended.
  bool has_request_line() const { return lines_ > 0; }

 private:
  bool Accept(char octet);

  std::size_t max_fields_;
  std::size_t scanned_ = 0;
  std::size_t lines_ = 0;  ///< ended so far, with the request line
  std::size_t column_ = 0;
  bool after_cr_ = false;
  bool complete_ = false;
};

}  // namespace wampgate::http
