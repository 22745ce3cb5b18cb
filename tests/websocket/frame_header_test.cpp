#include "websocket/frame_header.hpp"

#include <gtest/gtest.h>

#include <string>

#include "websocket/frames.hpp"

namespace wampgate::websocket::test {
namespace {

struct LengthCase {
  std::uint64_t length;
  std::size_t header_size;  // unmasked
};

TEST(FrameHeader, UsesTheShortestLengthFormAndReadsItBack) {
  const LengthCase cases[] = {{0, 2},      {1, 2},           {125, 2},
                              {126, 4},    {127, 4},         {65535, 4},
                              {65536, 10}, {1ull << 32, 10}, {(1ull << 63) - 1, 10}};
  for (const auto& [length, size] : cases) {
    for (const bool masked : {false, true}) {
      const FrameHeader written{.fin = false,
                                .rsv = 5,
                                .opcode = Opcode::kText,
                                .masked = masked,
                                .mask_key = masked ? 0x12345678u : 0u,
                                .length = length};
      char octets[FrameHeader::kMaxSize];
      const std::size_t expected = size + (masked ? 4 : 0);
      ASSERT_EQ(EncodedHeaderSize(written), expected);
      ASSERT_EQ(EncodeFrameHeader(written, octets), expected);
      FrameHeader read;
      std::size_t consumed = 0;
      ASSERT_EQ(DecodeFrameHeader({octets, expected}, read, consumed), HeaderResult::kOk) << length;
      EXPECT_EQ(consumed, expected);
      EXPECT_FALSE(read.fin);
      EXPECT_EQ(read.rsv, 5);
      EXPECT_EQ(read.opcode, Opcode::kText);
      EXPECT_EQ(read.masked, masked);
      EXPECT_EQ(read.mask_key, written.mask_key);
      EXPECT_EQ(read.length, length);
      for (std::size_t cut = 0; cut < expected; ++cut) {
        EXPECT_EQ(DecodeFrameHeader({octets, cut}, read, consumed), HeaderResult::kIncomplete) << cut;
      }
    }
  }
}

TEST(FrameHeader, TellsLongerLengthFormsThanNeededAndTheSignBit) {
  FrameHeader header;
  std::size_t size = 0;
  for (const auto& [length, form] : {std::pair{125, 2}, {0, 2}, {65535, 8}, {125, 8}}) {
    const std::string octets = Head({.length_form = form}, static_cast<std::uint64_t>(length));
    EXPECT_EQ(DecodeFrameHeader(octets, header, size), HeaderResult::kNotMinimal) << length;
    EXPECT_EQ(size, octets.size());
  }
  const std::string huge = Head({.length_form = 8}, 1ull << 63);
  EXPECT_EQ(DecodeFrameHeader(huge, header, size), HeaderResult::kTooLong);
}

TEST(FrameHeader, ReadsTheExamplesOfTheRfc) {  // RFC 6455 5.7
  FrameHeader header;
  std::size_t size = 0;
  ASSERT_EQ(DecodeFrameHeader("\x81\x05Hello", header, size), HeaderResult::kOk);
  EXPECT_TRUE(header.fin);
  EXPECT_EQ(header.opcode, Opcode::kText);
  EXPECT_EQ(header.length, 5u);
  EXPECT_EQ(size, 2u);
  ASSERT_EQ(DecodeFrameHeader(std::string("\x82\x7f\0\0\0\0\0\1\0\0", 10), header, size), HeaderResult::kOk);
  EXPECT_EQ(header.opcode, Opcode::kBinary);
  EXPECT_EQ(header.length, 65536u);
  EXPECT_EQ(size, 10u);
}

}  // namespace
}  // namespace wampgate::websocket::test
