#include "rawsocket/decoder.hpp"

#include <gmock/gmock.h>

#include <random>

namespace wampgate::rawsocket {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RecordingSink final : public DecoderSink {
 public:
  Next OnFrame(FrameType type, std::string_view payload) override {
    const char* names[] = {"message ", "ping ", "pong "};
    events.push_back(names[static_cast<int>(type)] + std::string(payload));
    return next;
  }
  bool OnLargeMessage(std::size_t total, std::string_view head) override {
    ++offers;
    large_total = total;
    large_head = head.size();
    large.clear();
    return take_large;
  }
  Next OnPart(std::string_view octets, bool last) override {
    large += octets;
    if (last) events.push_back("message " + large);
    return next;
  }
  void OnViolation(std::string reason) override { events.push_back("violation " + reason); }

  std::vector<std::string> events;
  Next next = Next::kGoOn;
  bool take_large = false;
  int offers = 0;
  std::size_t large_total = 0;
  std::size_t large_head = 0;
  std::string large;
};

struct Feeder {
  explicit Feeder(std::size_t limit = 1 << 24) : decoder(limit) {}
  void Feed(std::string_view segment) {
    rest += segment;
    rest.erase(0, decoder.Feed(rest, sink));
  }
  Decoder decoder;
  RecordingSink sink;
  std::string rest;
};

std::string Frame(int type, std::string_view payload) {
  std::string wire{static_cast<char>(type), static_cast<char>(payload.size() >> 16),
                   static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
  return wire + std::string(payload);
}

std::vector<std::string> Decode(std::string_view wire, std::size_t limit = 1 << 24) {
  Feeder feeder(limit);
  feeder.Feed(wire);
  return feeder.sink.events;
}

TEST(RawSocketWire, ReadsBackEveryHeader) {
  for (const auto type : {FrameType::kMessage, FrameType::kPing, FrameType::kPong}) {
    for (const std::size_t length : {0u, 1u, 255u, 65536u, (1u << 24) - 1, 1u << 24}) {
      char octets[4];
      EncodeFrameHeader({type, length}, octets);
      FrameHeader header;
      ASSERT_TRUE(DecodeFrameHeader(octets, header));
      EXPECT_EQ(header.type, type);
      EXPECT_EQ(header.length, length);
    }
  }
  char longest[4];
  EncodeFrameHeader({FrameType::kMessage, 1 << 24}, longest);
  EXPECT_EQ(std::string(longest, 4), std::string("\x08\0\0\0", 4));
}

TEST(RawSocketWire, RoundsLengthsUpToAPowerOfTwo) {
  EXPECT_EQ(LengthFor(16777216), 0xf);
  EXPECT_EQ(LengthFor(1048576), 0xb);
  EXPECT_EQ(LengthFor(1048577), 0xc);
  EXPECT_EQ(LengthFor(512), 0);
  EXPECT_EQ(LengthFor(1), 0);
  EXPECT_EQ(LengthFor(1 << 30), 0xf);
  EXPECT_EQ(OctetsFor(0xf), 16777216u);
}

TEST(RawSocketDecoder, FindsTheSameHoweverTheStreamIsCut) {
  std::string large(50'000, 'l');
  const std::string wire = Frame(0, "[1]") + Frame(1, "ping") + Frame(2, "") + Frame(0, large) +
                           Frame(1, std::string(20'000, 'p')) + Frame(0, "end");
  const auto expected = Decode(wire);
  ASSERT_EQ(expected.size(), 6u);
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    Feeder feeder;
    feeder.sink.take_large = round % 2 == 0;
    for (std::size_t at = 0; at < wire.size();) {
      const std::size_t size = round < 2 ? 1 : 1 + random() % 30'000;
      feeder.Feed(std::string_view(wire).substr(at, size));
      at += size;
    }
    ASSERT_EQ(feeder.sink.events, expected) << round;
    EXPECT_FALSE(feeder.decoder.in_frame());
  }
}

TEST(RawSocketDecoder, FailsReservedBitsTypesAndLengths) {
  for (const int first : {0x10, 0x20, 0x40, 0x80, 0x03, 0x07}) {
    EXPECT_THAT(
        Decode(Frame(first, "x")),
        ElementsAre(::testing::StartsWith("violation frame with reserved bits or type (first octet 0x")));
  }
  EXPECT_THAT(Decode(Frame(0x08, "x")),
              ElementsAre("violation frame with reserved bits or type (first octet 0x08)"));
  EXPECT_THAT(Decode(Frame(0, "")), ElementsAre("violation message of length zero"));
}

TEST(RawSocketDecoder, FailsAMessageOverTheLimitWhenItsHeaderIsSeen) {
  EXPECT_THAT(Decode(Frame(0, std::string(513, 'x')).substr(0, 4), 512),
              ElementsAre("violation received RawSocket message size 513 exceeds limit of 512 octets"));
  EXPECT_THAT(Decode(Frame(0, std::string(512, 'x')), 512), ElementsAre("message " + std::string(512, 'x')));
  EXPECT_THAT(
      Decode(std::string("\x08\0\0\0", 4), (1 << 24) - 1),
      ElementsAre("violation received RawSocket message size 16777216 exceeds limit of 16777215 octets"));
}

TEST(RawSocketDecoder, TakesTheLongestMessageOfAll) {
  const std::string payload(1 << 24, 'm');
  const auto events = Decode(std::string("\x08\0\0\0", 4) + payload);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].size(), payload.size() + 8);
}

TEST(RawSocketDecoder, OffersALargeMessageOnceWith64OctetsOfIt) {
  Feeder feeder;
  feeder.sink.take_large = true;
  const std::string wire = Frame(0, std::string(20'000, 'x'));
  for (const char octet : wire) feeder.Feed({&octet, 1});
  EXPECT_EQ(feeder.sink.offers, 1);
  EXPECT_EQ(feeder.sink.large_total, 20'000u);
  EXPECT_EQ(feeder.sink.large_head, 64u);
  ASSERT_EQ(feeder.sink.events.size(), 1u);
}

TEST(RawSocketDecoder, StopsWhereItIsToldTo) {
  Feeder feeder;
  feeder.sink.next = DecoderSink::Next::kStop;
  feeder.Feed(Frame(0, "a") + Frame(0, "b"));
  EXPECT_THAT(feeder.sink.events, ElementsAre("message a"));
  feeder.Feed("");
  EXPECT_THAT(feeder.sink.events, ElementsAre("message a", "message b"));
}

}  // namespace
}  // namespace wampgate::rawsocket
