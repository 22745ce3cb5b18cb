#include "websocket/mask.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "websocket/frames.hpp"

namespace wampgate::websocket::test {
namespace {

TEST(Mask, MatchesTheOctetByOctetDefinitionForEveryLengthPhaseAndAlignment) {
  const std::string key = "\x01\x82\xf3\x44";
  std::uint32_t word;
  std::memcpy(&word, key.data(), 4);
  for (std::size_t size = 0; size < 100; ++size) {
    for (std::size_t phase = 0; phase < 4; ++phase) {
      for (std::size_t offset = 0; offset < 9; ++offset) {
        std::string all(phase + size, '\0');
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i * 37);
        const std::string expected = Masked(all, key).substr(phase);
        std::string room(offset + size, 'x');
        std::memcpy(room.data() + offset, all.data() + phase, size);
        ApplyMask(room.data() + offset, size, word, phase);
        ASSERT_EQ(room.substr(offset), expected) << size << ' ' << phase << ' ' << offset;
        std::string copy(offset + size, 'x');
        CopyMasked(copy.data() + offset, all.data() + phase, size, word, phase);
        ASSERT_EQ(copy.substr(offset), expected);
      }
    }
  }
}

TEST(Mask, KeysDoNotRepeat) {
  std::set<std::uint32_t> keys;
  for (int i = 0; i < 1000; ++i) keys.insert(RandomMaskKey());
  EXPECT_GE(keys.size(), 999u);  // two equal ones among 1000 of 2^32: 1 in 8600
}

}  // namespace
}  // namespace wampgate::websocket::test
