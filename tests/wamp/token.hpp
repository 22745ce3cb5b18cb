#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wampgate::wamp {

/// One step through a document: what the oracles of the property test read and write.
struct Token {
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,   ///< number
    kUnsigned,  ///< number
    kNegative,  ///< -1 - number
    kBig,       ///< octets in text, at least 9; -1 - octets if number is 1
    kDouble,    ///< number holds its bits, those of one NaN for all
    kText,
    kBinary,
    kList,  ///< elements follow, then kEnd
    kMap,   ///< keys and values follow, then kEnd
    kEnd,
  };
  Kind kind = Kind::kNull;
  bool is_key = false;
  std::uint64_t number = 0;
  std::string text = {};

  bool operator==(const Token&) const = default;
};

using Tokens = std::vector<Token>;

Token DoubleToken(double value);
double DoubleOf(const Token& token);
/// For failures.
std::string Describe(const Token& token);

}  // namespace wampgate::wamp
