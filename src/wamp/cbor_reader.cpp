#include "wamp/cbor_reader.hpp"

namespace wampgate::wamp {

bool CborReader::LongArgument(unsigned info, std::uint64_t& value) {
  switch (info) {
    case 24:
      return BigEndian<std::uint8_t>(value);
    case 25:
      return BigEndian<std::uint16_t>(value);
    case 26:
      return BigEndian<std::uint32_t>(value);
    case 27:
      return BigEndian<std::uint64_t>(value);
    case kIndefinite:
      return fault_.Malformed("indefinite length where there is none");
    default:
      return fault_.Malformed("reserved first octet");
  }
}

bool CborReader::TakeBreak(bool& found) {
  if (AtEnd()) return Truncated();
  found = static_cast<unsigned char>(*at_) == kBreak;
  if (found) ++at_;
  return true;
}

bool CborReader::Chunks(unsigned major, std::string_view& joined) {
  chunks_.clear();
  for (bool ended = false; TakeBreak(ended);) {
    if (ended) {
      joined = chunks_;
      return true;
    }
    const unsigned head = Head();
    if (head >> 5 != major || (head & 31) == kIndefinite)
      return fault_.Malformed("chunk of another kind in a string");
    std::string_view chunk;
    if (!String(major, head & 31, chunk)) return false;
    chunks_ += chunk;
  }
  return false;
}

bool CborReader::BignumOctets(std::string_view& octets) {
  if (AtEnd()) return Truncated();
  const unsigned head = Head();
  if (head >> 5 != kBinaryMajor) return fault_.Malformed("bignum that is not a byte string");
  return String(kBinaryMajor, head & 31, octets);
}

bool CborReader::FloatOf(unsigned info, double& value) {
  std::uint64_t bits = 0;
  if (!LongArgument(info, bits)) return false;
  if (info == 25) {
    value = DoubleOfHalf(static_cast<std::uint16_t>(bits));
  } else if (info == 26) {
    value = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  } else {
    value = std::bit_cast<double>(bits);
  }
  return true;
}

bool CborReader::EnterList(ListCursor& list) {
  constexpr std::string_view kSelfDescribed = "\xD9\xD9\xF7";
  while (left() >= 3 && std::string_view(at_, 3) == kSelfDescribed) at_ += 3;
  item_ = at_;
  if (AtEnd()) return Truncated();
  const unsigned head = Head();
  if (head >> 5 != 4) return fault_.Malformed("no list");
  list.has_count = (head & 31) != kIndefinite;
  if (!list.has_count) return true;
  if (!Argument(head & 31, list.left)) return false;
  return list.left <= left() || Truncated();
}

bool CborReader::NextElement(ListCursor& list, bool& has_element) {
  if (list.has_count) {
    has_element = list.left > 0;
    if (has_element) --list.left;
    return true;
  }
  bool ended = false;
  if (!TakeBreak(ended)) return false;
  has_element = !ended;
  return true;
}

}  // namespace wampgate::wamp
