#pragma once

#include <bit>
#include <string>
#include <string_view>

#include "wamp/big_integer.hpp"
#include "wamp/float_format.hpp"
#include "wamp/octet_cursor.hpp"

namespace wampgate::wamp {

/// Reads CBOR (RFC 8949) in one pass into a writer: any head length, indefinite lengths, half floats,
/// bignums. Other tags and simple values are read, and expressible only where the writer discards.
class CborReader : public OctetCursor {
 public:
  using OctetCursor::OctetCursor;

  /// One value, `depth` containers (and tags) deep.
  template <class W>
  bool Value(W& writer, std::size_t depth);

  /// The head of a list, and then whether another element follows: Value() reads it.
  bool EnterList(ListCursor& list);
  bool NextElement(ListCursor& list, bool& has_element);
  /// Whether nothing but the value was there.
  bool Finish() { return AtEnd() || fault_.Malformed("octets after the value"); }

 private:
  static constexpr unsigned kIndefinite = 31;
  static constexpr unsigned kBreak = 0xFF;
  static constexpr unsigned kBinaryMajor = 2, kTextMajor = 3;

  unsigned Head() { return static_cast<unsigned char>(*at_++); }
  bool Argument(unsigned info, std::uint64_t& value) {
    if (info < 24) {
      value = info;
      return true;
    }
    return LongArgument(info, value);
  }
  bool LongArgument(unsigned info, std::uint64_t& value);
  /// Skips the break of an indefinite container if it comes next.
  bool TakeBreak(bool& found);
  /// Joins the chunks of an indefinite string in chunks_.
  bool Chunks(unsigned major, std::string_view& joined);
  bool String(unsigned major, unsigned info, std::string_view& octets) {
    if (info == kIndefinite) return Chunks(major, octets);
    std::uint64_t size = 0;
    if (!Argument(info, size)) return false;
    return major == kTextMajor ? TakeText(size, octets) : Take(size, octets);
  }
  bool BignumOctets(std::string_view& octets);
  bool FloatOf(unsigned info, double& value);

  template <class W>
  bool List(W& writer, unsigned info, std::size_t depth);
  template <class W>
  bool Map(W& writer, unsigned info, std::size_t depth);
  template <class W>
  bool Entry(W& writer, std::size_t depth);
  template <class W>
  bool Tag(W& writer, unsigned info, std::size_t depth);
  template <class W>
  bool Bignum(W& writer, Sign sign);
  template <class W>
  bool Simple(W& writer, unsigned info);
  template <class W>
  bool NoForm(const char* what) {
    return W::kDiscards || W::kTolerates || fault_.Unexpressible(what);
  }
  template <class W>
  bool NullFor(W& writer, const char* what) {
    return NoForm<W>(what) && writer.Null();
  }

  std::string chunks_;
};

template <class W>
bool CborReader::Value(W& writer, std::size_t depth) {
  item_ = at_;
  if (AtEnd()) return Truncated();
  const unsigned head = Head();
  const unsigned info = head & 31;
  std::uint64_t value = 0;
  std::string_view octets;
  switch (head >> 5) {
    case 0:
      return Argument(info, value) && writer.Unsigned(value);
    case 1:
      return Argument(info, value) && writer.Negative(value);
    case kBinaryMajor:
      return String(kBinaryMajor, info, octets) && writer.Binary(octets);
    case kTextMajor:
      return String(kTextMajor, info, octets) && writer.Text(octets);
    case 4:
      return depth < kMaxDepth ? List(writer, info, depth + 1) : TooDeep();
    case 5:
      return depth < kMaxDepth ? Map(writer, info, depth + 1) : TooDeep();
    case 6:
      return depth < kMaxDepth ? Tag(writer, info, depth + 1) : TooDeep();
    default:
      return Simple(writer, info);
  }
}

template <class W>
bool CborReader::List(W& writer, unsigned info, std::size_t depth) {
  std::uint64_t count = 0;
  if (info != kIndefinite) {
    if (!Argument(info, count)) return false;
    if (count > left()) return Truncated();
    if (!writer.BeginList(count)) return false;
    for (; count > 0; --count) {
      if (!Value(writer, depth)) return false;
    }
    return writer.EndList();
  }
  std::size_t mark = 0;
  if (!writer.OpenList(mark)) return false;
  for (bool ended = false; TakeBreak(ended); ++count) {
    if (ended) return writer.CloseList(mark, count);
    if (!Value(writer, depth)) return false;
  }
  return false;
}

template <class W>
bool CborReader::Map(W& writer, unsigned info, std::size_t depth) {
  std::uint64_t count = 0;
  if (info != kIndefinite) {
    if (!Argument(info, count)) return false;
    if (count > left() / 2) return Truncated();
    if (!writer.BeginMap(count)) return false;
    for (; count > 0; --count) {
      if (!Entry(writer, depth)) return false;
    }
    return writer.EndMap();
  }
  std::size_t mark = 0;
  if (!writer.OpenMap(mark)) return false;
  for (bool ended = false; TakeBreak(ended); ++count) {
    if (ended) return writer.CloseMap(mark, count);
    if (!Entry(writer, depth)) return false;
  }
  return false;
}

template <class W>
bool CborReader::Entry(W& writer, std::size_t depth) {
  item_ = at_;
  if (AtEnd()) return Truncated();
  const auto head = static_cast<unsigned char>(*at_);
  if (head >> 5 == kTextMajor && (head & 31) != kIndefinite) {
    ++at_;
    std::string_view text;
    if (!String(kTextMajor, head & 31, text) || !writer.KeyText(text)) return false;
  } else {
    typename W::KeyWriter key(writer);
    if (!Value(key, depth)) return false;
  }
  return Value(writer, depth);
}

template <class W>
bool CborReader::Tag(W& writer, unsigned info, std::size_t depth) {
  constexpr std::uint64_t kPositiveBignum = 2, kNegativeBignum = 3, kUint8Array = 64, kSelfDescribed = 55799;
  std::uint64_t tag = 0;
  if (!Argument(info, tag)) return false;
  if (tag == kPositiveBignum) return Bignum(writer, Sign::kPositive);
  if (tag == kNegativeBignum) return Bignum(writer, Sign::kNegative);
  // How JavaScript clients write a Uint8Array: octets all the same (RFC 8746 2.1).
  const bool is_octets = tag == kUint8Array && left() > 0 && (static_cast<unsigned char>(*at_) >> 5) == 2;
  if (tag != kSelfDescribed && !is_octets && !NoForm<W>("tagged value")) return false;
  return Value(writer, depth);
}

template <class W>
bool CborReader::Bignum(W& writer, Sign sign) {
  std::string_view octets;
  if (!BignumOctets(octets)) return false;
  octets = WithoutLeadingZeros(octets);
  if (octets.size() > kMaxBigIntegerOctets) return NullFor(writer, "integer of more than 1024 octets");
  if (octets.size() > 8) return writer.BigOctets(sign, octets);
  std::uint64_t value = 0;
  for (char octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
  return sign == Sign::kNegative ? writer.Negative(value) : writer.Unsigned(value);
}

template <class W>
bool CborReader::Simple(W& writer, unsigned info) {
  double number = 0;
  switch (info) {
    case 20:
      return writer.Boolean(false);
    case 21:
      return writer.Boolean(true);
    case 22:
      return writer.Null();
    case 23:
      return writer.Null();  // RFC 8949 6.1; what JavaScript clients send for options they do not set
    case 24: {
      std::uint8_t value = 0;
      if (!BigEndian(value)) return false;
      return value >= 32 ? NullFor(writer, "simple value")
                         : fault_.Malformed("simple value below 32 in two octets");
    }
    case 25:
    case 26:
    case 27:
      return FloatOf(info, number) && writer.Double(number);
    case 28:
    case 29:
    case 30:
      return fault_.Malformed("reserved first octet");
    case 31:
      return fault_.Malformed("break outside of an indefinite container");
    default:
      return NullFor(writer, "simple value");
  }
}

}  // namespace wampgate::wamp
