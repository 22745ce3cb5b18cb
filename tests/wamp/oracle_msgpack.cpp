#include <bit>
#include <cmath>
#include <limits>
#include <msgpack.hpp>
#include <vector>

#include "wamp/oracle.hpp"

namespace wampgate::wamp {
namespace {

using Kind = Token::Kind;

/// What msgpack::parse calls.
class Visitor : public msgpack::null_visitor {
 public:
  explicit Visitor(Tokens& tokens) : tokens_(tokens) {}

  bool visit_nil() { return Add({.kind = Kind::kNull}); }
  bool visit_boolean(bool value) { return Add({.kind = Kind::kBoolean, .number = value ? 1U : 0U}); }
  bool visit_positive_integer(std::uint64_t value) { return Add({.kind = Kind::kUnsigned, .number = value}); }
  bool visit_negative_integer(std::int64_t value) {
    return Add({.kind = Kind::kNegative, .number = ~static_cast<std::uint64_t>(value)});
  }
  bool visit_float32(float value) { return Add(DoubleToken(static_cast<double>(value))); }
  bool visit_float64(double value) { return Add(DoubleToken(value)); }
  bool visit_str(const char* text, std::uint32_t size) {
    return Add({.kind = Kind::kText, .text = std::string(text, size)});
  }
  bool visit_bin(const char* octets, std::uint32_t size) {
    return Add({.kind = Kind::kBinary, .text = std::string(octets, size)});
  }
  bool visit_ext(const char*, std::uint32_t) { return false; }
  bool start_array(std::uint32_t) { return Add({.kind = Kind::kList}); }
  bool end_array() { return Add({.kind = Kind::kEnd}); }
  bool start_map(std::uint32_t) { return Add({.kind = Kind::kMap}); }
  bool end_map() { return Add({.kind = Kind::kEnd}); }
  bool start_map_key() {
    is_key_ = true;
    return true;
  }
  bool end_map_key() {
    is_key_ = false;
    return true;
  }
  void parse_error(std::size_t, std::size_t) { failed_ = true; }
  void insufficient_bytes(std::size_t, std::size_t) { failed_ = true; }
  bool failed() const { return failed_; }

 private:
  bool Add(Token token) {
    token.is_key = is_key_;
    tokens_.push_back(std::move(token));
    return true;
  }
  Tokens& tokens_;
  bool is_key_ = false;
  bool failed_ = false;
};

using Packer = msgpack::packer<msgpack::sbuffer>;

/// Done by hand, because pack_double and pack_float write whole numbers as integers.
void PackDouble(double value, std::mt19937_64& random, msgpack::sbuffer& buffer) {
  const bool is_in_range = !std::isfinite(value) || std::fabs(value) <= std::numeric_limits<float>::max();
  const float narrow = is_in_range ? static_cast<float>(value) : 0;
  if (static_cast<double>(narrow) == value && random() % 2 == 0) {
    const auto narrow_bits = std::bit_cast<std::uint32_t>(narrow);
    char octets[5] = {'\xca'};
    for (int i = 0; i < 4; ++i) octets[1 + i] = static_cast<char>(narrow_bits >> (24 - 8 * i));
    buffer.write(octets, sizeof(octets));
    return;
  }
  const auto bits = std::bit_cast<std::uint64_t>(value);
  char octets[9] = {'\xcb'};
  for (int i = 0; i < 8; ++i) octets[1 + i] = static_cast<char>(bits >> (56 - 8 * i));
  buffer.write(octets, sizeof(octets));
}

void PackNumber(const Token& token, std::mt19937_64& random, Packer& packer) {
  if (token.kind == Kind::kUnsigned) {
    if (random() % 8 == 0) {
      packer.pack_fix_uint64(token.number);
    } else {
      packer.pack(token.number);
    }
  } else {
    const auto value = static_cast<std::int64_t>(~token.number);
    if (random() % 8 == 0) {
      packer.pack_fix_int64(value);
    } else {
      packer.pack(value);
    }
  }
}

}  // namespace

std::string EncodeMsgpack(const Tokens& tokens, std::mt19937_64& random) {
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const auto size = static_cast<std::uint32_t>(token.text.size());
    switch (token.kind) {
      case Kind::kNull:
        packer.pack_nil();
        break;
      case Kind::kBoolean:
        packer.pack(token.number != 0);
        break;
      case Kind::kUnsigned:
      case Kind::kNegative:
        PackNumber(token, random, packer);
        break;
      case Kind::kDouble:
        PackDouble(DoubleOf(token), random, buffer);
        break;
      case Kind::kText:
        packer.pack_str(size).pack_str_body(token.text.data(), size);
        break;
      case Kind::kBinary:
        packer.pack_bin(size).pack_bin_body(token.text.data(), size);
        break;
      case Kind::kList:
        packer.pack_array(static_cast<std::uint32_t>(CountOf(tokens, i)));
        break;
      case Kind::kMap:
        packer.pack_map(static_cast<std::uint32_t>(CountOf(tokens, i)));
        break;
      default:
        break;
    }
  }
  return {buffer.data(), buffer.size()};
}

bool DecodeMsgpack(std::string_view octets, Tokens& tokens) {
  Visitor visitor(tokens);
  std::size_t offset = 0;
  return msgpack::parse(octets.data(), octets.size(), offset, visitor) && !visitor.failed() &&
         offset == octets.size();
}

}  // namespace wampgate::wamp
