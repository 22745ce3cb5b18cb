#include "wamp/json_reader.hpp"

#include "base/base64.hpp"

namespace wampgate::wamp {
namespace {

constexpr int kNoDigit = -1;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : kNoDigit;
}

void AppendUtf8(unsigned code_point, std::string& text) {
  const auto put = [&text](unsigned octet) { text.push_back(static_cast<char>(octet)); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      put(0xE0 | code_point >> 12);
    } else {
      put(0xF0 | code_point >> 18);
      put(0x80 | (code_point >> 12 & 0x3F));
    }
    put(0x80 | (code_point >> 6 & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

}  // namespace

bool JsonReader::Begin() {
  const std::string_view input(at_, left());
  if (TraitsOf(input).non_ascii == 0) return true;
  Utf8Validator validator;
  const std::size_t bad = validator.Feed(input);
  if (bad == Utf8Validator::kValid && validator.Finish()) return true;
  item_ = bad == Utf8Validator::kValid ? end_ : begin_ + bad;
  return fault_.Malformed("text is not valid UTF-8");
}

bool JsonReader::Finish() {
  SkipWhiteSpace();
  if (AtEnd()) return true;
  item_ = at_;
  return fault_.Malformed("characters after the value");
}

bool JsonReader::Literal(std::string_view name) {
  if (left() < name.size()) return Truncated();
  if (std::string_view(at_, name.size()) != name) return Unexpected();
  at_ += name.size();
  return true;
}

bool JsonReader::Unescape(std::string_view& text) {
  text_.clear();
  while (true) {
    const char* const stop = FindSpecial(at_, end_);
    text_.append(at_, stop);
    at_ = stop;
    if (AtEnd()) return Truncated();
    if (*at_ == '"') break;
    if (*at_ != '\\') return fault_.Malformed("control character in a string");
    ++at_;
    if (!Escape()) return false;
  }
  ++at_;
  text = text_;
  return true;
}

bool JsonReader::Escape() {
  if (AtEnd()) return Truncated();
  const auto put = [this](char c) {
    text_.push_back(c);
    return true;
  };
  switch (*at_++) {
    case '"':
      return put('"');
    case '\\':
      return put('\\');
    case '/':
      return put('/');
    case 'b':
      return put('\b');
    case 'f':
      return put('\f');
    case 'n':
      return put('\n');
    case 'r':
      return put('\r');
    case 't':
      return put('\t');
    case 'u':
      return Unicode();
    default:
      return fault_.Malformed("unknown escape in a string");
  }
}

bool JsonReader::FourDigits(unsigned& unit) {
  if (left() < 4) return Truncated();
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(*at_++);
    if (digit == kNoDigit) return fault_.Malformed("\\u without four hexadecimal digits");
    unit = unit << 4 | static_cast<unsigned>(digit);
  }
  return true;
}

bool JsonReader::Unicode() {
  unsigned unit = 0;
  if (!FourDigits(unit)) return false;
  if (unit >= 0xD800 && unit < 0xE000) {
    unsigned low = 0;
    if (unit >= 0xDC00 || left() < 6 || at_[0] != '\\' || at_[1] != 'u')
      return fault_.Malformed("lone surrogate");
    at_ += 2;
    if (!FourDigits(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fault_.Malformed("lone surrogate");
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  AppendUtf8(unit, text_);
  return true;
}

bool JsonReader::Octets(std::string_view base64, std::string_view& octets) {
  octets_.resize(base64.size() / 4 * 3);
  const auto size = DecodeBase64(base64, octets_.data());
  if (!size) return fault_.Malformed("binary value in malformed Base64");
  octets = std::string_view(octets_).substr(0, *size);
  return true;
}

bool JsonReader::Digits() {
  const char* const first = at_;
  while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
  return at_ != first;
}

bool JsonReader::SkipFraction() {
  if (*at_ == '.') {
    ++at_;
    if (!Digits()) return Unexpected();
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!Digits()) return Unexpected();
  }
  return true;
}

bool JsonReader::EnterList(ListCursor&) {
  SkipWhiteSpace();
  item_ = at_;
  if (AtEnd()) return Truncated();
  if (*at_ != '[') return fault_.Malformed("no list");
  ++at_;
  return true;
}

bool JsonReader::NextElement(ListCursor& list, bool& has_element) {
  SkipWhiteSpace();
  if (AtEnd()) return Truncated();
  has_element = *at_ != ']';
  if (!has_element) {
    ++at_;
    return true;
  }
  if (list.is_first) {
    list.is_first = false;
  } else if (*at_++ != ',') {
    return fault_.Malformed("list element without a comma behind it");
  }
  SkipWhiteSpace();
  return true;
}

}  // namespace wampgate::wamp
