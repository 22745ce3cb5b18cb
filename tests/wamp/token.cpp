#include "wamp/token.hpp"

#include <bit>
#include <cmath>

#include "wamp/octets.hpp"

namespace wampgate::wamp {

Token DoubleToken(double value) {
  Token token{.kind = Token::Kind::kDouble};
  token.number = std::bit_cast<std::uint64_t>(std::isnan(value) ? std::nan("") : value);
  return token;
}

double DoubleOf(const Token& token) {
  return std::bit_cast<double>(token.number);
}

std::string Describe(const Token& token) {
  constexpr const char* kNames[] = {"null", "boolean", "unsigned", "negative", "big", "double",
                                    "text", "binary",  "list",     "map",      "end"};
  return std::string(token.is_key ? "key " : "") + kNames[static_cast<int>(token.kind)] + ' ' +
         std::to_string(token.number) + ' ' + ToHex(token.text);
}

}  // namespace wampgate::wamp
