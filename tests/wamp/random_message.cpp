#include "wamp/random_message.hpp"

#include <bit>
#include <cmath>

namespace wampgate::wamp {
namespace {

using Kind = Token::Kind;

}  // namespace

Token& RandomMessage::Add(Kind kind, std::uint64_t number) {
  Token& token = tokens_.emplace_back();
  token.kind = kind;
  token.number = number;
  return token;
}

const Tokens& RandomMessage::Next() {
  tokens_.clear();
  Add(Kind::kList);
  AddHead();
  if (OneIn(500)) {
    AddDeep();
  } else {
    AddList(1);
  }
  if (OneIn(3)) AddMap(1);
  Add(Kind::kEnd);
  return tokens_;
}

/// Up to the payload: a CALL, an EVENT, a RESULT, or an ERROR of an invocation.
void RandomMessage::AddHead() {
  const auto add_id = [this] { Add(Kind::kUnsigned, Number() >> 11); };
  constexpr std::uint64_t kTypes[] = {48, 36, 50, 8};
  const std::uint64_t type = kTypes[Below(4)];
  Add(Kind::kUnsigned, type);
  if (type == 8) Add(Kind::kUnsigned, 68);
  add_id();
  if (type == 36) add_id();
  AddMap(2);
  if (type == 48 || type == 8) Add(Kind::kText).text = "com.example.name";
}

void RandomMessage::AddValue(int depth) {
  const std::uint64_t choice = Below(10);
  if (choice == 0 && depth < 6) return AddList(depth + 1);
  if (choice == 1 && depth < 6) return AddMap(depth + 1);
  AddScalar();
}

void RandomMessage::AddScalar() {
  switch (Below(12)) {
    case 0:
      Add(Kind::kNull);
      return;
    case 1:
      Add(Kind::kBoolean, Below(2));
      return;
    case 2:
    case 3:
      Add(Kind::kUnsigned, Number());
      return;
    case 4:
      Add(Kind::kNegative, Number() >> (vocabulary_.big_integers ? 0 : 1));
      return;
    case 5:
    case 6:
      tokens_.push_back(DoubleToken(Double()));
      return;
    case 7:
      FillText(Add(Kind::kBinary).text);
      return;
    case 8:
      if (vocabulary_.big_integers) return AddBig();
      [[fallthrough]];
    default: {
      std::string& text = Add(Kind::kText).text;
      FillText(text);
      if (!vocabulary_.text_with_leading_nul && text.starts_with('\0')) text[0] = 'n';
    }
  }
}

void RandomMessage::AddKey() {
  const std::uint64_t choice = Below(40);
  if (choice < 4 && vocabulary_.other_keys) {
    if (choice == 0) Add(Kind::kUnsigned, Number());
    if (choice == 1) Add(Kind::kNegative, Number() >> 1);
    if (choice == 2) Add(Kind::kBoolean, Below(2));
    if (choice == 3) Add(Kind::kNull);
  } else if (choice == 4 && vocabulary_.binary_keys) {
    FillText(Add(Kind::kBinary).text);
  } else {
    FillText(Add(Kind::kText).text);
  }
  tokens_.back().is_key = true;
}

void RandomMessage::AddList(int depth) {
  Add(Kind::kList);
  for (std::uint64_t i = OneIn(100) ? Below(300) : Below(5); i > 0; --i) AddValue(depth);
  Add(Kind::kEnd);
}

void RandomMessage::AddMap(int depth) {
  Add(Kind::kMap);
  for (std::uint64_t i = OneIn(200) ? Below(50) : Below(4); i > 0; --i) {
    AddKey();
    AddValue(depth);
  }
  Add(Kind::kEnd);
}

void RandomMessage::AddDeep() {
  const std::uint64_t depth = 1 + Below(240);
  std::uint64_t maps = random_();
  for (std::uint64_t i = 0; i < depth; ++i) {
    Add((maps >> (i % 64) & 1) != 0 ? Kind::kMap : Kind::kList);
    if (tokens_.back().kind == Kind::kMap) AddKey();
  }
  AddScalar();
  for (std::uint64_t i = 0; i < depth; ++i) Add(Kind::kEnd);
}

void RandomMessage::AddBig() {
  std::string& octets = Add(Kind::kBig, Below(2)).text;
  octets.push_back(static_cast<char>(1 + Below(255)));
  for (std::uint64_t i = 8 + Below(OneIn(100) ? 100 : 20); i > 0; --i) {
    octets.push_back(OneIn(10) ? '\0' : static_cast<char>(random_()));
  }
}

/// Every length is as likely as any other, and their edges more so.
std::uint64_t RandomMessage::Number() {
  const std::uint64_t bits = Below(64);
  if (OneIn(4)) return (std::uint64_t{1} << bits) + Below(3) - 1;
  return random_() >> bits;
}

double RandomMessage::Double() {
  switch (Below(6)) {
    case 0:
      return static_cast<double>(static_cast<std::int64_t>(random_()) >> Below(64));
    case 1:
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(random_() & 0xFF7FFFFF)));
    case 2:
      return static_cast<double>(Below(4096)) / 64 - 32;
    case 3:
      return static_cast<double>(Below(100'000'000)) / 100;
    case 4:
      if (vocabulary_.nan_and_infinity) return OneIn(2) ? std::nan("") : OneIn(2) ? HUGE_VAL : -HUGE_VAL;
      return OneIn(2) ? 0.0 : -0.0;
    default: {
      const double value = std::bit_cast<double>(random_());
      return std::isfinite(value) ? value : 0.5;
    }
  }
}

std::size_t RandomMessage::Length() {
  if (OneIn(2000)) return 60'000 + Below(10'000);
  if (OneIn(50)) return Below(600);
  return Below(24);
}

void RandomMessage::FillText(std::string& text) {
  const std::size_t length = Length();
  const bool is_plain = !OneIn(4);
  while (text.size() < length) {
    if (is_plain || length > 1000) {
      text.push_back(static_cast<char>('a' + Below(26)));
    } else {
      AppendCharacter(text);
    }
  }
}

void RandomMessage::AppendCharacter(std::string& text) {
  const auto put = [&text](std::uint64_t octet) { text.push_back(static_cast<char>(octet)); };
  switch (Below(8)) {
    case 0:
      return put(Below(0x20));
    case 1:
      return put("\"\\/\x7f\b\n"[Below(6)]);
    case 2:
      put(0xC2 + Below(0x1E));
      return put(0x80 + Below(0x40));
    case 3:
      put(0xE1 + Below(12));
      put(0x80 + Below(0x40));
      return put(0x80 + Below(0x40));
    case 4:
      put(0xF1 + Below(3));
      put(0x80 + Below(0x40));
      put(0x80 + Below(0x40));
      return put(0x80 + Below(0x40));
    default:
      return put(' ' + Below(0x5E));
  }
}

}  // namespace wampgate::wamp
