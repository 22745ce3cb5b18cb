#include <openssl/bn.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "wamp/oracle.hpp"

namespace wampgate::wamp {
namespace {

using Json = nlohmann::json;
using Kind = Token::Kind;

struct FreeBignum {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Bignum = std::unique_ptr<BIGNUM, FreeBignum>;

Bignum BignumOf(std::string_view octets) {
  return Bignum(BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()),
                          static_cast<int>(octets.size()), nullptr));
}

std::string JsonText(std::string text, std::mt19937_64& random) {
  return Json(std::move(text)).dump(-1, ' ', random() % 4 == 0);
}

std::string ScalarOf(const Token& token, std::mt19937_64& random) {
  switch (token.kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBoolean:
      return token.number != 0 ? "true" : "false";
    case Kind::kUnsigned:
      return std::to_string(token.number);
    case Kind::kNegative:
    case Kind::kBig:
      return DigitsOf(token);
    case Kind::kDouble:
      return Json(DoubleOf(token)).dump();
    case Kind::kText:
      return JsonText(token.text, random);
    case Kind::kBinary:
      return JsonText(std::string(1, '\0') + EncodeBase64(token.text), random);
    default:
      return "";
  }
}

class Reader final : public nlohmann::json_sax<Json> {
 public:
  explicit Reader(Tokens& tokens) : tokens_(tokens) {}

  bool null() override { return Add({.kind = Kind::kNull}); }
  bool boolean(bool value) override { return Add({.kind = Kind::kBoolean, .number = value ? 1U : 0U}); }
  bool number_integer(number_integer_t value) override {
    const auto bits = static_cast<std::uint64_t>(value);
    return Add(value < 0 ? Token{.kind = Kind::kNegative, .number = ~bits}
                         : Token{.kind = Kind::kUnsigned, .number = bits});
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Add({.kind = Kind::kUnsigned, .number = value});
  }
  bool number_float(number_float_t value, const string_t& text) override {
    return Add(text.find_first_of(".eE") == string_t::npos ? IntegerOf(text) : DoubleToken(value));
  }
  bool string(string_t& text) override {
    if (text.empty() || text[0] != '\0') return Add({.kind = Kind::kText, .text = std::move(text)});
    auto octets = DecodeBase64(std::string_view(text).substr(1));
    return octets && Add({.kind = Kind::kBinary, .text = std::move(*octets)});
  }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& text) override {
    return Add({.kind = Kind::kText, .is_key = true, .text = std::move(text)});
  }
  bool start_object(std::size_t) override { return Add({.kind = Kind::kMap}); }
  bool start_array(std::size_t) override { return Add({.kind = Kind::kList}); }
  bool end_object() override { return Add({.kind = Kind::kEnd}); }
  bool end_array() override { return Add({.kind = Kind::kEnd}); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  bool Add(Token token) {
    tokens_.push_back(std::move(token));
    return true;
  }
  Tokens& tokens_;
};

}  // namespace

std::string DigitsOf(const Token& token) {
  if (token.kind == Kind::kNegative && token.number <= INT64_MAX) {
    return std::to_string(static_cast<std::int64_t>(~token.number));
  }
  Bignum number = token.kind == Kind::kBig ? BignumOf(token.text) : Bignum(BN_new());
  if (token.kind == Kind::kNegative) BN_set_word(number.get(), token.number);
  if (token.kind == Kind::kNegative || token.number != 0) {
    BN_add_word(number.get(), 1);
    BN_set_negative(number.get(), 1);
  }
  char* digits = BN_bn2dec(number.get());
  std::string text(digits);
  OPENSSL_free(digits);
  return text;
}

Token IntegerOf(std::string_view digits) {
  BIGNUM* read = nullptr;
  BN_dec2bn(&read, std::string(digits).c_str());
  const Bignum number(read);
  const bool is_negative = BN_is_negative(read) != 0;
  if (is_negative) {
    BN_set_negative(read, 0);
    BN_sub_word(read, 1);
  }
  Token token{.kind = Kind::kBig, .number = is_negative ? 1U : 0U};
  token.text.resize(static_cast<std::size_t>(BN_num_bytes(read)));
  BN_bn2bin(read, reinterpret_cast<unsigned char*>(token.text.data()));
  if (token.text.size() > 8) return token;
  return {.kind = is_negative ? Kind::kNegative : Kind::kUnsigned, .number = BN_get_word(read)};
}

std::string EncodeJson(const Tokens& tokens, std::mt19937_64& random) {
  const char* const space = random() % 8 == 0 ? " \n\t" : "";
  std::string json;
  std::string brackets;
  bool needs_comma = false;
  for (const Token& token : tokens) {
    if (token.kind == Kind::kEnd) {
      json += brackets.back();
      brackets.pop_back();
      needs_comma = true;
      continue;
    }
    if (needs_comma) json += ',';
    json += space;
    needs_comma = false;
    if (token.kind == Kind::kList || token.kind == Kind::kMap) {
      json += token.kind == Kind::kList ? '[' : '{';
      brackets += token.kind == Kind::kList ? ']' : '}';
    } else {
      json += ScalarOf(token, random);
      json += space;
      needs_comma = !token.is_key;
      if (token.is_key) json += ':';
    }
  }
  return json;
}

bool DecodeJson(std::string_view octets, Tokens& tokens) {
  Reader reader(tokens);
  return Json::sax_parse(octets.begin(), octets.end(), &reader);
}

std::size_t CountOf(const Tokens& tokens, std::size_t index) {
  std::size_t count = 0;
  int depth = 0;
  for (std::size_t i = index + 1;; ++i) {
    const Token& token = tokens[i];
    if (token.kind == Kind::kEnd && depth-- == 0) break;
    if (depth == 0 && token.kind != Kind::kEnd) ++count;
    if (token.kind == Kind::kList || token.kind == Kind::kMap) ++depth;
  }
  return tokens[index].kind == Kind::kMap ? count / 2 : count;
}

}  // namespace wampgate::wamp
