#pragma once

#include <bit>
#include <string_view>

#include "wamp/octet_cursor.hpp"

namespace wampgate::wamp {

/// Reads MessagePack in one pass into a writer. Extension values are read, and expressible only where the
/// writer discards.
class MsgpackReader : public OctetCursor {
 public:
  using OctetCursor::OctetCursor;

  /// One value, `depth` containers deep.
  template <class W>
  bool Value(W& writer, std::size_t depth);

  /// The head of a list, and then whether another element follows: Value() reads it.
  bool EnterList(ListCursor& list);
  bool NextElement(ListCursor& list, bool& has_element) {
    has_element = list.left > 0;
    if (has_element) --list.left;
    return true;
  }
  /// Whether nothing but the value was there.
  bool Finish() { return AtEnd() || fault_.Malformed("octets after the value"); }

 private:
  /// A big-endian integer of 1, 2, 4 or 8 octets for `width` 0 to 3.
  bool Wide(unsigned width, std::uint64_t& value);
  bool TextOf(unsigned head, std::string_view& text);

  template <class W>
  bool Other(W& writer, unsigned head, std::size_t depth);
  template <class W>
  bool Integer(W& writer, unsigned head);
  template <class W>
  bool List(W& writer, std::uint64_t count, std::size_t depth);
  template <class W>
  bool Map(W& writer, std::uint64_t count, std::size_t depth);
  template <class W>
  bool Entry(W& writer, std::size_t depth);
  template <class W>
  bool Extension(W& writer, std::uint64_t size) {
    std::string_view octets;
    if (!Take(size + 1, octets)) return false;
    if (W::kDiscards) return true;
    if (octets == std::string_view("\0\0", 2)) return writer.Null();  // `undefined` of msgpackr
    return W::kTolerates ? writer.Binary(octets.substr(1)) : fault_.Unexpressible("extension value");
  }
  static bool IsText(unsigned head) { return (head & 0xE0) == 0xA0 || (head >= 0xD9 && head <= 0xDB); }
};

template <class W>
bool MsgpackReader::Value(W& writer, std::size_t depth) {
  item_ = at_;
  if (AtEnd()) return Truncated();
  const unsigned head = static_cast<unsigned char>(*at_++);
  if (head < 0x80) return writer.Unsigned(head);
  if (head >= 0xE0) return writer.Negative(0xFF - head);
  if (IsText(head)) {
    std::string_view text;
    return TextOf(head, text) && writer.Text(text);
  }
  if (head < 0x90) return Map(writer, head & 15, depth);
  if (head < 0xA0) return List(writer, head & 15, depth);
  return Other(writer, head, depth);
}

template <class W>
bool MsgpackReader::Other(W& writer, unsigned head, std::size_t depth) {
  std::uint64_t value = 0;
  std::string_view octets;
  switch (head) {
    case 0xC0:
      return writer.Null();
    case 0xC2:
      return writer.Boolean(false);
    case 0xC3:
      return writer.Boolean(true);
    case 0xC4:
    case 0xC5:
    case 0xC6:
      return Wide(head - 0xC4, value) && Take(value, octets) && writer.Binary(octets);
    case 0xC7:
    case 0xC8:
    case 0xC9:
      return Wide(head - 0xC7, value) && Extension(writer, value);
    case 0xCA:
      return Wide(2, value) && writer.Double(std::bit_cast<float>(static_cast<std::uint32_t>(value)));
    case 0xCB:
      return Wide(3, value) && writer.Double(std::bit_cast<double>(value));
    case 0xCC:
    case 0xCD:
    case 0xCE:
    case 0xCF:
      return Wide(head - 0xCC, value) && writer.Unsigned(value);
    case 0xD0:
    case 0xD1:
    case 0xD2:
    case 0xD3:
      return Integer(writer, head);
    case 0xD4:
    case 0xD5:
    case 0xD6:
    case 0xD7:
    case 0xD8:
      return Extension(writer, std::uint64_t{1} << (head - 0xD4));
    case 0xDC:
    case 0xDD:
      return Wide(head - 0xDC + 1, value) && List(writer, value, depth);
    case 0xDE:
    case 0xDF:
      return Wide(head - 0xDE + 1, value) && Map(writer, value, depth);
    default:
      return fault_.Malformed("reserved first octet");
  }
}

template <class W>
bool MsgpackReader::Integer(W& writer, unsigned head) {
  const unsigned width = head - 0xD0;
  std::uint64_t bits = 0;
  if (!Wide(width, bits)) return false;
  const unsigned unused = 64 - (8U << width);
  const auto value = static_cast<std::int64_t>(bits << unused) >> unused;
  return value < 0 ? writer.Negative(~static_cast<std::uint64_t>(value)) : writer.Unsigned(bits);
}

template <class W>
bool MsgpackReader::List(W& writer, std::uint64_t count, std::size_t depth) {
  if (count > left()) return Truncated();
  if (depth >= kMaxDepth) return TooDeep();
  if (!writer.BeginList(count)) return false;
  for (; count > 0; --count) {
    if (!Value(writer, depth + 1)) return false;
  }
  return writer.EndList();
}

template <class W>
bool MsgpackReader::Map(W& writer, std::uint64_t count, std::size_t depth) {
  if (count > left() / 2) return Truncated();
  if (depth >= kMaxDepth) return TooDeep();
  if (!writer.BeginMap(count)) return false;
  for (; count > 0; --count) {
    if (!Entry(writer, depth + 1)) return false;
  }
  return writer.EndMap();
}

template <class W>
bool MsgpackReader::Entry(W& writer, std::size_t depth) {
  item_ = at_;
  if (AtEnd()) return Truncated();
  const unsigned head = static_cast<unsigned char>(*at_);
  if (IsText(head)) {
    ++at_;
    std::string_view text;
    if (!TextOf(head, text) || !writer.KeyText(text)) return false;
  } else {
    typename W::KeyWriter key(writer);
    if (!Value(key, depth)) return false;
  }
  return Value(writer, depth);
}

}  // namespace wampgate::wamp
