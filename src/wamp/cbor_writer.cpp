#include "wamp/cbor_writer.hpp"

#include <bit>
#include <cmath>

#include "wamp/float_format.hpp"

namespace wampgate::wamp {

bool CborWriter::Double(double value) {
  if (!Need(9)) return false;
  if (std::isnan(value)) {
    sink_.Put(0xF9);
    sink_.PutBigEndian(std::uint16_t{0x7E00});
    return true;
  }
  const float single = NarrowToFloat(value);
  if (static_cast<double>(single) != value) {
    sink_.Put(0xFB);
    sink_.PutBigEndian(std::bit_cast<std::uint64_t>(value));
  } else if (const auto half = HalfOf(single)) {
    sink_.Put(0xF9);
    sink_.PutBigEndian(*half);
  } else {
    sink_.Put(0xFA);
    sink_.PutBigEndian(std::bit_cast<std::uint32_t>(single));
  }
  return true;
}

bool CborWriter::Close(std::size_t mark, Major major, std::uint64_t count) {
  if (count < 24) {
    sink_.octet(mark) = static_cast<char>(major | static_cast<unsigned>(count));
    return true;
  }
  const std::size_t end = sink_.written();
  if (!Head(major, count)) return false;  // behind the end for the moment, only to be copied
  const std::size_t size = sink_.written() - end;
  sink_.set_cursor(sink_.cursor() - size);
  sink_.PatchHead(mark, std::string_view(sink_.cursor(), size));
  return true;
}

}  // namespace wampgate::wamp
