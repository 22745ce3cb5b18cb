#include "wamp/msgpack_reader.hpp"

namespace wampgate::wamp {

bool MsgpackReader::Wide(unsigned width, std::uint64_t& value) {
  switch (width) {
    case 0:
      return BigEndian<std::uint8_t>(value);
    case 1:
      return BigEndian<std::uint16_t>(value);
    case 2:
      return BigEndian<std::uint32_t>(value);
    default:
      return BigEndian<std::uint64_t>(value);
  }
}

bool MsgpackReader::TextOf(unsigned head, std::string_view& text) {
  std::uint64_t size = head & 31;
  if (head >= 0xD9 && !Wide(head - 0xD9, size)) return false;
  return TakeText(size, text);
}

bool MsgpackReader::EnterList(ListCursor& list) {
  item_ = at_;
  if (AtEnd()) return Truncated();
  const unsigned head = static_cast<unsigned char>(*at_++);
  list.has_count = true;
  if (head >= 0x90 && head <= 0x9F) {
    list.left = head & 15;
  } else if (head != 0xDC && head != 0xDD) {
    return fault_.Malformed("no list");
  } else if (!Wide(head - 0xDC + 1, list.left)) {
    return false;
  }
  return list.left <= left() || Truncated();
}

}  // namespace wampgate::wamp
