#include "websocket/decoder.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <random>

#include "websocket/recording_sink.hpp"

namespace wampgate::websocket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Decode(const ConnectionOptions& options, std::string_view wire,
                                const std::optional<DeflateParameters>& deflate = std::nullopt) {
  Feeder feeder(options, deflate);
  feeder.Feed(wire);
  return feeder.sink.events;
}

TEST(Decoder, ReadsTheExamplesOfTheRfc) {  // RFC 6455 5.7
  ConnectionOptions either;
  either.require_masked = false;
  EXPECT_THAT(Decode(either, "\x81\x05Hello"), ElementsAre("text Hello"));
  EXPECT_THAT(Decode({}, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), ElementsAre("text Hello"));
  EXPECT_THAT(Decode(either, std::string("\x01\x03Hel\x80\x02lo")), ElementsAre("text Hello"));
  EXPECT_THAT(Decode(either, "\x89\x05Hello"), ElementsAre("ping Hello"));
  EXPECT_THAT(Decode({}, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), ElementsAre("pong Hello"));
  const std::string octets(256, 'b');
  EXPECT_THAT(Decode(either, std::string("\x82\x7e\x01\x00", 4) + octets), ElementsAre("binary " + octets));
  const std::string more(65536, 'c');
  EXPECT_THAT(Decode(either, std::string("\x82\x7f\0\0\0\0\0\1\0\0", 10) + more),
              ElementsAre("binary " + more));
}

/// Everything the decoder can meet short of a violation, in one stream.
std::string Medley() {
  const std::string mixed = "\u00e4\u20ac\U0001F600 x";
  return Text("") + Binary(std::string("\0\1\2", 3)) + Text(mixed) +
         ClientWire({.opcode = 9, .payload = "between"}) +
         ClientWire({.opcode = 1, .payload = mixed.substr(0, 1), .fin = false}) +
         ClientWire({.opcode = 0, .payload = "", .fin = false}) +
         ClientWire({.opcode = 10, .payload = "inside"}) +
         ClientWire({.opcode = 0, .payload = mixed.substr(1), .fin = true}) + Text(std::string(130, 'm')) +
         CloseFrame(1000, "done");
}

TEST(Decoder, FindsTheSameWhereverTheStreamIsCutInTwo) {
  const std::string wire = Medley();
  const auto expected = Decode({}, wire);
  ASSERT_EQ(expected.size(), 8u);
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    const ConnectionOptions options;
    Feeder two(options);
    two.Feed(std::string_view(wire).substr(0, cut));
    two.Feed(std::string_view(wire).substr(cut));
    ASSERT_EQ(two.sink.events, expected) << "cut at " << cut;
    ASSERT_TRUE(two.rest.empty());
  }
}

TEST(Decoder, FindsTheSameOctetByOctet) {
  const std::string wire = Medley();
  const ConnectionOptions options;
  Feeder feeder(options);
  for (const char octet : wire) feeder.Feed({&octet, 1});
  EXPECT_EQ(feeder.sink.events, Decode(options, wire));
}

TEST(Decoder, FindsTheSameInLargeMessagesHoweverTheyAreCut) {
  const ConnectionOptions options;
  std::string text;
  while (text.size() < 100'000) text += "\u20ac\u00e4 large ";
  const std::string wire = Text(text) +
                           ClientWire({.opcode = 2, .payload = std::string(70'000, 'f'), .fin = false}) +
                           ClientWire({.opcode = 0, .payload = std::string(30'001, 'g')}) + Text("end");
  const auto expected = Decode(options, wire);
  ASSERT_EQ(expected.size(), 3u);
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    Feeder feeder(options);
    feeder.sink.take_large = round % 2 == 1;
    for (std::size_t at = 0; at < wire.size();) {
      const std::size_t size = 1 + random() % (round < 20 ? 40'000 : 5'000);
      feeder.Feed(std::string_view(wire).substr(at, size));
      at += size;
    }
    ASSERT_EQ(feeder.sink.events, expected) << "round " << round;
  }
}

struct ViolationCase {
  const char* name;
  std::string wire;
  std::string expected;
};

std::string Raw(std::initializer_list<int> octets) {
  std::string text;
  for (const int octet : octets) text += static_cast<char>(octet);
  return text;
}

std::vector<ViolationCase> ViolationCases() {
  const auto frame = [](Frame made) { return ClientWire(made); };
  return {
      {"RSV1", frame({.opcode = 1, .payload = "x", .rsv = 4}), "1002 RSV = 4 and no extension negotiated"},
      {"RSV2 and RSV3", frame({.opcode = 1, .payload = "x", .rsv = 3}),
       "1002 RSV = 3 and no extension negotiated"},
      {"unmasked", Wire({.opcode = 1, .payload = "x"}), "1002 unmasked client-to-server frame"},
      {"fragmented control", frame({.opcode = 9, .fin = false}), "1002 fragmented control frame"},
      {"long control", frame({.opcode = 9, .payload = std::string(126, 'x')}),
       "1002 control frame with payload length > 125 octets"},
      {"control in 16 bit form", frame({.opcode = 9, .payload = "x", .length_form = 2}),
       "1002 control frame with payload length > 125 octets"},
      {"opcode 11", frame({.opcode = 11}), "1002 control frame using reserved opcode 11"},
      {"opcode 15", frame({.opcode = 15}), "1002 control frame using reserved opcode 15"},
      {"Close with 1 octet", frame({.opcode = 8, .payload = "x"}),
       "1002 received close control frame with payload len 1"},
      {"opcode 3", frame({.opcode = 3}), "1002 data frame using reserved opcode 3"},
      {"opcode 7", frame({.opcode = 7}), "1002 data frame using reserved opcode 7"},
      {"continuation first", frame({.opcode = 0}),
       "1002 received continuation data frame outside fragmented message"},
      {"continuation after the end",
       frame({.opcode = 1, .payload = "a", .fin = false}) + frame({.opcode = 0, .payload = "b"}) +
           frame({.opcode = 0}),
       "1002 received continuation data frame outside fragmented message"},
      {"new message inside",
       frame({.opcode = 1, .payload = "a", .fin = false}) + frame({.opcode = 1, .payload = "b"}),
       "1002 received non-continuation data frame while inside fragmented message"},
      {"16 bit form of 125", frame({.opcode = 2, .payload = std::string(125, 'x'), .length_form = 2}),
       "1002 invalid data frame length (not using minimal length encoding)"},
      {"64 bit form of 65535", frame({.opcode = 2, .payload = std::string(65535, 'x'), .length_form = 8}),
       "1002 invalid data frame length (not using minimal length encoding)"},
      {"2^63", Raw({0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}),
       "1002 invalid data frame length (>2^63)"},
      {"lone continuation octet", Text("ab\x80"),
       "1007 encountered invalid UTF-8 while processing text message at payload octet index 2"},
      {"overlong", Text("\xc0\xaf"),
       "1007 encountered invalid UTF-8 while processing text message at payload octet index 0"},
      {"surrogate", Text("a\xed\xa0\x80"),
       "1007 encountered invalid UTF-8 while processing text message at payload octet index 2"},
      {"beyond U+10FFFF", Text("\xf4\x90\x80\x80"),
       "1007 encountered invalid UTF-8 while processing text message at payload octet index 1"},
      {"text ends inside a character", Text("a\xe2\x82"),
       "1007 UTF-8 text message payload ended within Unicode code point at payload octet index 3"},
      {"bad octet in the second fragment",
       frame({.opcode = 1, .payload = "ab\xe2", .fin = false}) + frame({.opcode = 0, .payload = "\x82z"}),
       "1007 encountered invalid UTF-8 while processing text message at payload octet index 4"},
  };
}

TEST(Decoder, FailsEveryViolationWithItsCodeAndText) {
  for (const auto& [name, wire, expected] : ViolationCases()) {
    const ConnectionOptions options;
    Feeder whole(options);
    whole.Feed(wire);
    ASSERT_FALSE(whole.sink.events.empty()) << name;
    EXPECT_EQ(whole.sink.events.back(), expected) << name;
    Feeder pieces(options);
    for (const char octet : wire) pieces.Feed({&octet, 1});
    EXPECT_EQ(pieces.sink.events, whole.sink.events) << name;
  }
}

TEST(Decoder, SkipsDataAfterAViolationAndStillFindsTheClose) {
  for (const auto& [name, wire, expected] : ViolationCases()) {
    if (std::string_view(name) == "2^63") continue;  // never ends
    const ConnectionOptions options;
    Feeder feeder(options);
    feeder.Feed(wire + Text("skipped") + ClientWire({.opcode = 0, .payload = "skipped"}) + CloseFrame(1000));
    ASSERT_GE(feeder.sink.events.size(), 2u) << name;
    EXPECT_EQ(feeder.sink.events.back(), "close \x03\xe8") << name;
    EXPECT_EQ(feeder.sink.events[feeder.sink.events.size() - 2], expected) << name;
  }
}

TEST(Decoder, FailsTextAtTheVeryOctetThatIsBad) {
  const std::string good = "\u00e4\u20ac";
  for (const std::size_t padding : {std::size_t{0}, std::size_t{200}, std::size_t{20'000}}) {
    const std::string head = std::string(padding, 'p') + good;
    const std::string wire = Text(head + "\xf4\x90" + std::string(100, 'x'));
    const std::size_t bad = wire.size() - 101;
    const ConnectionOptions options;
    Feeder feeder(options);
    feeder.Feed(std::string_view(wire).substr(0, bad));
    EXPECT_THAT(feeder.sink.events, IsEmpty()) << padding;
    feeder.Feed(std::string_view(wire).substr(bad, 1));
    EXPECT_THAT(
        feeder.sink.events,
        ElementsAre("1007 encountered invalid UTF-8 while processing text message at payload octet index " +
                    std::to_string(head.size() + 1)))
        << padding;
  }
}

TEST(Decoder, LeavesTextAloneWhenItIsNotToBeValidated) {
  ConnectionOptions options;
  options.validate_utf8 = false;
  EXPECT_THAT(Decode(options, Text("\xff\xfe")), ElementsAre("text \xff\xfe"));
}

TEST(Decoder, DoesNotUnmaskWithoutApplyMask) {
  ConnectionOptions options;
  options.apply_mask = false;
  Frame frame{.opcode = 2, .payload = Masked("plain", "\x37\xfa\x21\x3d"), .masked = true};
  EXPECT_THAT(Decode(options, Wire(frame)), ElementsAre("binary plain"));
  frame.fin = false;
  EXPECT_THAT(Decode(options, Wire(frame) + ClientWire({.opcode = 0})), ElementsAre("binary plain"));
}

TEST(Decoder, RefusesMaskedFramesWhereOnlyUnmaskedOnesMayCome) {
  const ConnectionOptions client = ClientOptions::ClientConnection();
  EXPECT_THAT(Decode(client, Text("x")), ElementsAre("1002 masked server-to-client frame"));
  EXPECT_THAT(Decode(client, Wire({.opcode = 1, .payload = "x"})), ElementsAre("text x"));
}

TEST(Decoder, RefusesAFrameThatIsTooLongWhenItsHeaderIsSeen) {
  ConnectionOptions options;
  options.max_frame_size = 100;
  const std::string too_long = "1009 received WebSocket frame size 101 exceeds payload limit of 100 octets";
  EXPECT_THAT(Decode(options, Head({.opcode = 2, .masked = true}, 101)), ElementsAre(too_long));
  EXPECT_THAT(Decode(options, Binary(std::string(100, 'x'))), ElementsAre("binary " + std::string(100, 'x')));
  const std::string half = std::string(100, 'h');
  EXPECT_THAT(Decode(options, ClientWire({.opcode = 2, .payload = half, .fin = false}) +
                                  ClientWire({.opcode = 0, .payload = half})),
              ElementsAre("binary " + half + half));
}

TEST(Decoder, RefusesAMessageThatIsTooLongWhenTheHeaderOfItsFrameIsSeen) {
  ConnectionOptions options;
  options.max_message_size = 100;
  EXPECT_THAT(Decode(options, Head({.opcode = 2, .masked = true}, 101)),
              ElementsAre("1009 received WebSocket message size 101 exceeds payload limit of 100 octets"));
  EXPECT_THAT(Decode(options, ClientWire({.opcode = 2, .payload = std::string(60, 'x'), .fin = false}) +
                                  Head({.opcode = 0, .masked = true}, 41)),
              ElementsAre("1009 received WebSocket message size 101 exceeds payload limit of 100 octets"));
  const std::string most(100, 'x');
  EXPECT_THAT(Decode(options, Binary(most) + Binary(most)), ElementsAre("binary " + most, "binary " + most));
}

TEST(Decoder, GuardsAnUnlimitedMessageAt64MiB) {
  EXPECT_THAT(
      Decode({}, Head({.opcode = 2, .masked = true}, (64u << 20) + 1)),
      ElementsAre("1009 received WebSocket message size 67108865 exceeds payload limit of 67108864 octets"));
  EXPECT_THAT(
      Decode({}, Head({.opcode = 2, .masked = true}, (1ull << 63) - 1)),
      ElementsAre(
          "1009 received WebSocket message size 9223372036854775807 exceeds payload limit of 67108864 "
          "octets"));
}

TEST(Decoder, LeavesSmallIncompleteFramesInTheInputAndTakesLargeOnesAsTheyCome) {
  const ConnectionOptions options;
  Feeder small(options);
  small.Feed(Binary(std::string(1000, 'x')).substr(0, 500));
  EXPECT_EQ(small.rest.size(), 500u - 8);  // the header is consumed
  Feeder large(options);
  large.Feed(Binary(std::string(20'000, 'x')).substr(0, 5'000));
  EXPECT_EQ(large.rest.size(), 0u);
  EXPECT_EQ(large.sink.large_offers, 1);
  EXPECT_EQ(large.sink.large_total, 20'000u);
}

TEST(Decoder, OffersALargeMessageOnceWith64OctetsOfIt) {
  const ConnectionOptions options;
  Feeder feeder(options);
  feeder.sink.take_large = true;
  const std::string payload(50'000, 'x');
  const std::string wire = Binary(payload) + Text("next");
  for (const char octet : wire) feeder.Feed({&octet, 1});
  EXPECT_EQ(feeder.sink.large_offers, 1);
  EXPECT_EQ(feeder.sink.large_head, 64u);
  EXPECT_THAT(feeder.sink.events, ElementsAre("binary " + payload, "text next"));
}

TEST(Decoder, OffersNoMessageThatIsThereWholeOrInFragments) {
  const ConnectionOptions options;
  Feeder feeder(options);
  feeder.sink.take_large = true;
  feeder.Feed(Binary(std::string(50'000, 'x')));
  const std::string fragment = ClientWire({.opcode = 2, .payload = std::string(50'000, 'x'), .fin = false});
  feeder.Feed(fragment.substr(0, 30'000));
  feeder.Feed(fragment.substr(30'000));
  EXPECT_EQ(feeder.sink.large_offers, 0);
}

TEST(Decoder, StopsWhereItIsToldToAndGoesOnFromThere) {
  const ConnectionOptions options;
  Feeder feeder(options);
  feeder.sink.next = DecoderSink::Next::kStop;
  feeder.Feed(Text("one") + Text("two") + Text("three"));
  EXPECT_THAT(feeder.sink.events, ElementsAre("text one"));
  feeder.Feed("");
  EXPECT_THAT(feeder.sink.events, ElementsAre("text one", "text two"));
  feeder.sink.next = DecoderSink::Next::kGoOn;
  feeder.Feed("");
  EXPECT_THAT(feeder.sink.events, ElementsAre("text one", "text two", "text three"));
}

TEST(Decoder, TellsWhetherDataIsComing) {
  const ConnectionOptions options;
  Feeder feeder(options);
  feeder.Feed(ClientWire({.opcode = 9, .payload = "x"}));
  EXPECT_FALSE(feeder.decoder.TakeProgress());
  feeder.Feed(Text("abc").substr(0, 7));
  EXPECT_TRUE(feeder.decoder.TakeProgress());
  EXPECT_FALSE(feeder.decoder.TakeProgress());
}

}  // namespace
}  // namespace wampgate::websocket::test
