#pragma once

#include <string>
#include <string_view>

#include "wamp/big_integer.hpp"
#include "wamp/float_format.hpp"
#include "wamp/octet_cursor.hpp"

namespace wampgate::wamp {

/// Reads JSON (RFC 8259) in one pass into a writer. Strings that begin with U+0000 are binary values in
/// Base64; map keys are always text. Begin() comes first: it checks the UTF-8 of the whole input.
class JsonReader : public OctetCursor {
 public:
  using OctetCursor::OctetCursor;

  bool Begin();
  /// One value, `depth` containers deep.
  template <class W>
  bool Value(W& writer, std::size_t depth);

  /// The head of a list, and then whether another element follows: Value() reads it.
  bool EnterList(ListCursor& list);
  bool NextElement(ListCursor& list, bool& has_element);
  /// Whether nothing but the value (and white space) was there.
  bool Finish();

  void SkipWhiteSpace() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

 private:
  bool Unexpected() { return AtEnd() ? Truncated() : fault_.Malformed("unexpected character"); }
  bool Literal(std::string_view name);
  /// After the quote: the text as it stands in the input, or unescaped in text_.
  bool StringOf(std::string_view& text) {
    const char* const stop = FindSpecial(at_, end_);
    if (stop == end_ || *stop != '"') return Unescape(text);
    text = std::string_view(at_, static_cast<std::size_t>(stop - at_));
    at_ = stop + 1;
    return true;
  }
  bool Unescape(std::string_view& text);
  bool Escape();
  bool Unicode();
  bool FourDigits(unsigned& unit);
  bool Octets(std::string_view base64, std::string_view& octets);
  /// Moves over digits; false if there is none.
  bool Digits();
  bool SkipFraction();

  template <class W>
  bool List(W& writer, std::size_t depth);
  template <class W>
  bool Map(W& writer, std::size_t depth);
  template <class W>
  bool String(W& writer);
  template <class W>
  bool Number(W& writer);
  template <class W>
  bool LongInteger(W& writer, Sign sign, std::string_view digits);
  template <class W>
  bool Fraction(W& writer);

  std::string text_;    // an unescaped string
  std::string octets_;  // a decoded binary value
};

template <class W>
bool JsonReader::Value(W& writer, std::size_t depth) {
  SkipWhiteSpace();
  item_ = at_;
  if (AtEnd()) return Truncated();
  switch (*at_) {
    case '"':
      return String(writer);
    case '[':
      return depth < kMaxDepth ? List(writer, depth + 1) : TooDeep();
    case '{':
      return depth < kMaxDepth ? Map(writer, depth + 1) : TooDeep();
    case 't':
      return Literal("true") && writer.Boolean(true);
    case 'f':
      return Literal("false") && writer.Boolean(false);
    case 'n':
      return Literal("null") && writer.Null();
    default:
      return Number(writer);
  }
}

template <class W>
bool JsonReader::List(W& writer, std::size_t depth) {
  ++at_;
  std::size_t mark = 0;
  if (!writer.OpenList(mark)) return false;
  SkipWhiteSpace();
  if (at_ != end_ && *at_ == ']') {
    ++at_;
    return writer.CloseList(mark, 0);
  }
  for (std::uint64_t count = 1;; ++count) {
    if (!Value(writer, depth)) return false;
    SkipWhiteSpace();
    if (AtEnd()) return Truncated();
    const char next = *at_++;
    if (next == ']') return writer.CloseList(mark, count);
    if (next != ',') return fault_.Malformed("list element without a comma behind it");
  }
}

template <class W>
bool JsonReader::Map(W& writer, std::size_t depth) {
  ++at_;
  std::size_t mark = 0;
  if (!writer.OpenMap(mark)) return false;
  SkipWhiteSpace();
  if (at_ != end_ && *at_ == '}') {
    ++at_;
    return writer.CloseMap(mark, 0);
  }
  for (std::uint64_t count = 1;; ++count) {
    SkipWhiteSpace();
    item_ = at_;
    if (at_ == end_ || *at_ != '"') return Unexpected();
    ++at_;
    std::string_view key;
    if (!StringOf(key) || !writer.KeyText(key)) return false;
    SkipWhiteSpace();
    if (at_ == end_ || *at_ != ':') return Unexpected();
    ++at_;
    if (!Value(writer, depth)) return false;
    SkipWhiteSpace();
    if (AtEnd()) return Truncated();
    const char next = *at_++;
    if (next == '}') return writer.CloseMap(mark, count);
    if (next != ',') return fault_.Malformed("map entry without a comma behind it");
  }
}

template <class W>
bool JsonReader::String(W& writer) {
  ++at_;
  std::string_view text;
  if (!StringOf(text)) return false;
  if (text.empty() || text[0] != '\0') return writer.Text(text);
  std::string_view octets;
  return Octets(text.substr(1), octets) && writer.Binary(octets);
}

template <class W>
bool JsonReader::Number(W& writer) {
  const bool negative = *at_ == '-';
  if (negative) ++at_;
  const char* const first = at_;
  std::uint64_t value = 0;
  while (at_ != end_ && *at_ >= '0' && *at_ <= '9')
    value = value * 10 + static_cast<std::uint64_t>(*at_++ - '0');
  const auto length = static_cast<std::size_t>(at_ - first);
  if (length == 0) return Unexpected();
  if (*first == '0' && length > 1) return fault_.Malformed("number with a leading zero");
  if (at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) return Fraction(writer);
  if (length > 19) {
    return LongInteger(writer, negative ? Sign::kNegative : Sign::kPositive, std::string_view(first, length));
  }
  if (!negative) return writer.Unsigned(value);
  return value == 0 ? writer.Double(-0.0) : writer.Negative(value - 1);
}

template <class W>
bool JsonReader::LongInteger(W& writer, Sign sign, std::string_view digits) {
  if constexpr (W::kDiscards) return true;
  if (digits.size() > kMaxBigIntegerDigits) return fault_.Unexpressible("integer of more than 1024 octets");
  std::string octets = OctetsOfDecimal(digits);
  if (sign == Sign::kNegative) octets = Decremented(octets);
  if (octets.size() > kMaxBigIntegerOctets) return fault_.Unexpressible("integer of more than 1024 octets");
  if (octets.size() > 8) return writer.BigOctets(sign, octets);
  std::uint64_t value = 0;
  for (char octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
  return sign == Sign::kNegative ? writer.Negative(value) : writer.Unsigned(value);
}

template <class W>
bool JsonReader::Fraction(W& writer) {
  if (!SkipFraction()) return false;
  if constexpr (W::kDiscards) return true;
  const auto value = ParseDouble(std::string_view(item_, static_cast<std::size_t>(at_ - item_)));
  return value ? writer.Double(*value) : fault_.Unexpressible("number beyond the range of a double");
}

}  // namespace wampgate::wamp
