#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace wampgate {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kBad = 0xff;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kBad);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::uint32_t Octet(char c) {
  return static_cast<unsigned char>(c);
}
std::uint32_t Value(char c) {
  return kValues[static_cast<unsigned char>(c)];
}

}  // namespace

std::size_t EncodeBase64(std::string_view octets, char* out) {
  char* const begin = out;
  std::size_t i = 0;
  for (; i + 3 <= octets.size(); i += 3) {
    const std::uint32_t bits = Octet(octets[i]) << 16 | Octet(octets[i + 1]) << 8 | Octet(octets[i + 2]);
    *out++ = kAlphabet[bits >> 18];
    *out++ = kAlphabet[bits >> 12 & 63];
    *out++ = kAlphabet[bits >> 6 & 63];
    *out++ = kAlphabet[bits & 63];
  }
  if (const std::size_t left = octets.size() - i; left > 0) {
    const std::uint32_t bits = Octet(octets[i]) << 16 | (left == 2 ? Octet(octets[i + 1]) << 8 : 0);
    *out++ = kAlphabet[bits >> 18];
    *out++ = kAlphabet[bits >> 12 & 63];
    *out++ = left == 2 ? kAlphabet[bits >> 6 & 63] : '=';
    *out++ = '=';
  }
  return static_cast<std::size_t>(out - begin);
}

std::string EncodeBase64(std::string_view octets) {
  std::string text(Base64Length(octets.size()), '\0');
  EncodeBase64(octets, text.data());
  return text;
}

std::optional<std::size_t> DecodeBase64(std::string_view text, char* out) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return 0;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::size_t whole = text.size() - (padding > 0 ? 4 : 0);
  char* const begin = out;
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = Value(text[i]), b = Value(text[i + 1]), c = Value(text[i + 2]),
                        d = Value(text[i + 3]);
    if ((a | b | c | d) == kBad) return std::nullopt;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    *out++ = static_cast<char>(bits >> 16);
    *out++ = static_cast<char>(bits >> 8);
    *out++ = static_cast<char>(bits);
  }
  if (padding > 0) {
    const std::uint32_t a = Value(text[whole]), b = Value(text[whole + 1]);
    const std::uint32_t c = padding == 1 ? Value(text[whole + 2]) : 0;
    if ((a | b | c) == kBad || (padding == 2 ? (b & 15) : (c & 3)) != 0) return std::nullopt;
    *out++ = static_cast<char>(a << 2 | b >> 4);
    if (padding == 1) *out++ = static_cast<char>(b << 4 | c >> 2);
  }
  return static_cast<std::size_t>(out - begin);
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string octets(text.size() / 4 * 3, '\0');
  const auto length = DecodeBase64(text, octets.data());
  if (!length) return std::nullopt;
  octets.resize(*length);
  return octets;
}

}  // namespace wampgate
