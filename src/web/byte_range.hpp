#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace wampgate::web {

/// Octets [first, first + length) of a representation.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

/// What a Range field asks for (RFC 9110 14.2).
struct RangeRequest {
  enum class Kind : std::uint8_t {
    kWhole,  ///< no field, malformed, another unit, too many ranges, or more octets than the whole
    kParts,
    kUnsatisfiable,
  };
  Kind kind = Kind::kWhole;
  std::vector<ByteRange> parts;  ///< in the order asked for, unsatisfiable ones left out
};

/// Reads a Range field for a representation of `size` octets. At most 16 ranges are honoured.
RangeRequest ReadRange(std::string_view field, std::uint64_t size);

/// Whether each part begins behind the one before.
bool IsAscending(const std::vector<ByteRange>& parts);

}  // namespace wampgate::web
