#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace wampgate {
namespace {

TEST(RandomWampId, CoversTheWholeRangeOfTheSpecification) {
  std::uint64_t any_bits = 0;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t id = RandomWampId();
    ASSERT_GE(id, 1u);
    ASSERT_LE(id, std::uint64_t{1} << 53);
    any_bits |= id - 1;
    seen.insert(id);
  }
  EXPECT_EQ(any_bits, (std::uint64_t{1} << 53) - 1);
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(SerialNumber, HasSixGroupsOfFourUnmistakableCharacters) {
  const std::string serial = SerialNumber();
  ASSERT_EQ(serial.size(), 29u);
  for (std::size_t i = 0; i < serial.size(); ++i) {
    if (i % 5 == 4) {
      EXPECT_EQ(serial[i], '-');
    } else {
      EXPECT_NE(std::string("345679ACEFGHJKLMNPQRSTUVWXY").find(serial[i]), std::string::npos);
    }
  }
  EXPECT_NE(serial, SerialNumber());
}

TEST(RandomHex, WritesTwoDigitsPerOctet) {
  const std::string hex = RandomHex(20);
  EXPECT_EQ(hex.size(), 40u);
  EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
}

}  // namespace
}  // namespace wampgate
