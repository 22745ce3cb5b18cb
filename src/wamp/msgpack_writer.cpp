#include "wamp/msgpack_writer.hpp"

#include <bit>
#include <cmath>

#include "wamp/float_format.hpp"

namespace wampgate::wamp {

bool MsgpackWriter::Negative(std::uint64_t value) {
  if (value > INT64_MAX) return TooBig();
  if (!Need(9)) return false;
  const std::uint64_t bits = ~value;  // two's complement of -1 - value
  if (value < 32) {
    sink_.Put(static_cast<unsigned>(bits & 0xFF));
  } else if (value <= 0x7F) {
    sink_.Put(0xD0);
    sink_.Put(static_cast<unsigned>(bits & 0xFF));
  } else if (value <= 0x7FFF) {
    sink_.Put(0xD1);
    sink_.PutBigEndian(static_cast<std::uint16_t>(bits));
  } else if (value <= 0x7FFFFFFF) {
    sink_.Put(0xD2);
    sink_.PutBigEndian(static_cast<std::uint32_t>(bits));
  } else {
    sink_.Put(0xD3);
    sink_.PutBigEndian(bits);
  }
  return true;
}

bool MsgpackWriter::Double(double value) {
  if (!Need(9)) return false;
  const float single = NarrowToFloat(value);
  if (std::isnan(value) || static_cast<double>(single) == value) {
    sink_.Put(0xCA);
    sink_.PutBigEndian(std::isnan(value) ? 0x7FC00000U : std::bit_cast<std::uint32_t>(single));
  } else {
    sink_.Put(0xCB);
    sink_.PutBigEndian(std::bit_cast<std::uint64_t>(value));
  }
  return true;
}

bool MsgpackWriter::Binary(std::string_view octets) {
  if (octets.size() > UINT32_MAX) return TooLong();
  if (!Need(5 + octets.size())) return false;
  if (octets.size() <= 0xFF) {
    sink_.Put(0xC4);
    sink_.Put(static_cast<unsigned>(octets.size()));
  } else if (octets.size() <= 0xFFFF) {
    sink_.Put(0xC5);
    sink_.PutBigEndian(static_cast<std::uint16_t>(octets.size()));
  } else {
    sink_.Put(0xC6);
    sink_.PutBigEndian(static_cast<std::uint32_t>(octets.size()));
  }
  sink_.PutText(octets);
  return true;
}

bool MsgpackWriter::Close(std::size_t mark, const ContainerHeads& heads, std::uint64_t count) {
  if (count < 16) {
    sink_.octet(mark) = static_cast<char>(heads.fix | static_cast<unsigned>(count));
    return true;
  }
  const std::size_t end = sink_.written();
  if (!Container(heads, count)) return false;  // behind the end for the moment, only to be copied
  const std::size_t size = sink_.written() - end;
  sink_.set_cursor(sink_.cursor() - size);
  sink_.PatchHead(mark, std::string_view(sink_.cursor(), size));
  return true;
}

}  // namespace wampgate::wamp
