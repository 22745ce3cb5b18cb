#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wampgate {

/// Validates UTF-8 (RFC 3629) that comes in pieces, and fails at the first octet that no valid text can have
/// there: surrogates, overlong forms and code points above U+10FFFF are found at their second octet.
class Utf8Validator {
 public:
  static constexpr std::size_t kValid = static_cast<std::size_t>(-1);

  /// Position in `octets` of the first bad octet, or kValid. After a failure only Reset helps.
  std::size_t Feed(std::string_view octets);
  /// True if the text may end here, that is not in the middle of a character.
  bool Finish() const { return missing_ == 0; }
  void Reset() { missing_ = 0; }

 private:
  /// The next octet; false if it cannot come there.
  bool Take(unsigned char octet);

  std::uint8_t missing_ = 0;  // continuation octets to come
  std::uint8_t low_ = 0x80;   // range of the next one
  std::uint8_t high_ = 0xbf;
};

/// At most `most` octets of `text`, and no part of a character at the end of what is valid UTF-8.
std::string_view CutAtCharacter(std::string_view text, std::size_t most);

/// Whole text at once.
bool IsUtf8(std::string_view text);

}  // namespace wampgate
