#include "websocket/deflate.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>

#include "websocket/recording_sink.hpp"

namespace wampgate::websocket::test {
namespace {

using ::testing::ElementsAre;

/// zlib itself, as a peer that wrote its permessage-deflate by the book.
class PlainZlib {
 public:
  explicit PlainZlib(int bits, int level = 8) {
    deflateInit2(&deflate_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -bits, level, Z_DEFAULT_STRATEGY);
    inflateInit2(&inflate_, -bits);
  }
  ~PlainZlib() {
    deflateEnd(&deflate_);
    inflateEnd(&inflate_);
  }
  PlainZlib(const PlainZlib&) = delete;
  PlainZlib& operator=(const PlainZlib&) = delete;

  std::string Deflate(std::string message, int flush = Z_SYNC_FLUSH) {
    std::string wire = Run(deflate_, message, [&](z_stream* s) { return deflate(s, flush); });
    if (flush == Z_SYNC_FLUSH) return wire.substr(0, wire.size() - 4);
    return wire + '\0';
  }
  std::string Inflate(std::string wire) {
    wire.append("\0\0\xff\xff", 4);
    return Run(inflate_, wire, [](z_stream* s) { return inflate(s, Z_SYNC_FLUSH); });
  }
  void Reset() {
    deflateReset(&deflate_);
    inflateReset(&inflate_);
  }

 private:
  template <typename Step>
  static std::string Run(z_stream& stream, std::string& in, Step step) {
    std::string out;
    char block[1024];
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(block);
      stream.avail_out = sizeof block;
      step(&stream);
      out.append(block, sizeof block - stream.avail_out);
    } while (stream.avail_out == 0 || stream.avail_in > 0);
    return out;
  }
  z_stream deflate_{};
  z_stream inflate_{};
};

std::string Compressed(Deflater& deflater, std::string_view message) {
  ByteBuffer out;
  EXPECT_TRUE(deflater.Compress(message, out));
  return std::string(out.view());
}

std::string Inflated(Inflater& inflater, std::string_view wire) {
  ByteBuffer out;
  EXPECT_EQ(inflater.Feed(wire, out, 1 << 26), Inflater::Result::kOk);
  EXPECT_EQ(inflater.Finish(out, 1 << 26), Inflater::Result::kOk);
  return std::string(out.view());
}

std::vector<std::string> Messages() {
  std::mt19937 random(3);
  std::string noise(20'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  std::string text;
  while (text.size() < 40'000) text += "the same words again " + std::to_string(text.size() / 500);
  return {"Hello", "", "Hello", std::string(300, 'a'), noise, text, text, "", noise.substr(0, 1000)};
}

TEST(Deflater, IsReadByPlainZlibWithEveryWindowLevelAndTakeover) {
  for (int bits = 9; bits <= 15; ++bits) {
    for (int level = 1; level <= 9; ++level) {
      for (const bool no_takeover : {false, true}) {
        DeflateParameters parameters{
            .deflate_window_bits = bits, .deflate_no_context_takeover = no_takeover, .memory_level = level};
        Deflater ours(parameters);
        PlainZlib theirs(bits);
        for (const std::string& message : Messages()) {
          ASSERT_EQ(theirs.Inflate(Compressed(ours, message)), message)
              << bits << ' ' << level << ' ' << no_takeover;
          if (no_takeover) theirs.Reset();
        }
        EXPECT_EQ(ours.holds_context(), !no_takeover);
      }
    }
  }
}

TEST(Inflater, ReadsPlainZlibWithEveryWindowAndTakeover) {
  for (int bits = 9; bits <= 15; ++bits) {
    for (const bool no_takeover : {false, true}) {
      Inflater ours({.inflate_window_bits = bits, .inflate_no_context_takeover = no_takeover});
      PlainZlib theirs(bits);
      for (const std::string& message : Messages()) {
        if (message.empty()) continue;  // plain zlib flushes nothing twice
        ASSERT_EQ(Inflated(ours, theirs.Deflate(message)), message) << bits << ' ' << no_takeover;
        if (no_takeover) theirs.Reset();
      }
    }
  }
}

TEST(Inflater, ReadsTheExamplesOfTheRfc) {  // RFC 7692 7.2.3
  Inflater inflater({});
  EXPECT_EQ(Inflated(inflater, std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)), "Hello");
  EXPECT_EQ(Inflated(inflater, std::string("\xf2\x00\x11\x00\x00", 5)), "Hello");  // with context takeover
  EXPECT_EQ(Inflated(inflater, std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11)),
            "Hello");                                                                          // stored
  EXPECT_EQ(Inflated(inflater, std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8)), "Hello");  // BFINAL
  EXPECT_EQ(Inflated(inflater, std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13)),
            "Hello");  // two blocks
  EXPECT_EQ(Inflated(inflater, std::string("\x00", 1)), "");
}

TEST(Deflater, WritesTheExampleOfTheRfc) {  // RFC 7692 7.2.3.1
  Deflater deflater({});
  EXPECT_EQ(Compressed(deflater, "Hello"), std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7));
  EXPECT_EQ(Compressed(deflater, "Hello"), std::string("\xf2\x00\x11\x00\x00", 5));
  EXPECT_EQ(Compressed(deflater, ""), std::string("\x00", 1));
}

TEST(Deflater, ContinuesAMessage) {
  for (const bool release : {false, true}) {
    Deflater deflater({});
    PlainZlib theirs(15);
    std::string wire = Compressed(deflater, "one two ");
    for (const char* more : {"three two ", "", "four two"}) {
      if (release) deflater.Release();
      ByteBuffer out;
      ASSERT_TRUE(deflater.Continue(more, out));
      wire += out.view();
    }
    EXPECT_EQ(theirs.Inflate(wire), "one two three two four two");
    EXPECT_EQ(theirs.Inflate(Compressed(deflater, "one two")), "one two");
  }
}

TEST(Deflater, MayForgetItsContextBetweenMessagesUnnoticed) {
  Deflater deflater({});
  PlainZlib theirs(15);
  EXPECT_EQ(theirs.Inflate(Compressed(deflater, "the same text")), "the same text");
  deflater.Release();
  EXPECT_FALSE(deflater.holds_context());
  EXPECT_EQ(theirs.Inflate(Compressed(deflater, "the same text")), "the same text");
  EXPECT_TRUE(deflater.holds_context());
}

TEST(Inflater, ReadsAMessageInPiecesOfAnySize) {
  PlainZlib theirs(15);
  const std::string message = Messages()[5];
  const std::string wire = theirs.Deflate(message);
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}}) {
    Inflater inflater({});
    ByteBuffer out;
    for (std::size_t at = 0; at < wire.size(); at += size) {
      ASSERT_EQ(inflater.Feed(std::string_view(wire).substr(at, size), out, 1 << 26), Inflater::Result::kOk);
    }
    ASSERT_EQ(inflater.Finish(out, 1 << 26), Inflater::Result::kOk);
    EXPECT_EQ(out.view(), message);
  }
}

TEST(Inflater, CutsABombAtTheLimitWithoutInflatingTheRest) {
  PlainZlib theirs(15);
  const std::string bomb = theirs.Deflate(std::string(64 << 20, '\0'));
  ASSERT_LT(bomb.size(), 70'000u);  // 1:1000
  Inflater inflater({});
  ByteBuffer out;
  EXPECT_EQ(inflater.Feed(bomb, out, 1'000'000), Inflater::Result::kTooLong);
  EXPECT_EQ(out.size(), 1'000'000u);
  EXPECT_LE(out.capacity(), 4u << 20);
}

TEST(Inflater, TakesAMessageOfExactlyTheLimit) {
  PlainZlib theirs(15);
  const std::string wire = theirs.Deflate(std::string(10'000, 'x'));
  for (const auto& [limit, expected] :
       {std::pair{10'000, Inflater::Result::kOk}, {9'999, Inflater::Result::kTooLong}}) {
    Inflater inflater({});
    ByteBuffer out;
    auto result = inflater.Feed(wire, out, static_cast<std::size_t>(limit));
    if (result == Inflater::Result::kOk) result = inflater.Finish(out, static_cast<std::size_t>(limit));
    EXPECT_EQ(result, expected) << limit;
    EXPECT_EQ(out.size(), static_cast<std::size_t>(limit));
  }
}

TEST(Inflater, RefusesWhatIsNotDeflateAndWhatEndsInsideABlock) {
  ByteBuffer out;
  Inflater garbage({});
  EXPECT_EQ(garbage.Feed("\xff\xff\xff\xff", out, 1000), Inflater::Result::kBroken);
  for (const std::string& wire :
       {std::string("\xf2\x48\xcd", 3), std::string("\x00\x09\x00\xf6\xff\x48", 6), std::string()}) {
    Inflater cut({});
    ByteBuffer some;
    auto result = cut.Feed(wire, some, 1000);
    if (result == Inflater::Result::kOk) result = cut.Finish(some, 1000);
    EXPECT_EQ(result, Inflater::Result::kBroken) << wire.size();
  }
}

std::vector<std::string> DecodeCompressed(std::string_view wire, ConnectionOptions options = {},
                                          std::size_t piece = 0) {
  Feeder feeder(options, DeflateParameters{});
  if (piece == 0) piece = wire.size();
  for (std::size_t at = 0; at < wire.size(); at += piece) feeder.Feed(wire.substr(at, piece));
  return feeder.sink.events;
}

std::string Compressed(std::string_view message, bool fin = true) {
  PlainZlib theirs(15);
  return ClientWire({.opcode = 1, .payload = theirs.Deflate(std::string(message)), .fin = fin, .rsv = 4});
}

TEST(CompressedMessages, ComeThroughTheDecoderWholeAndInFragments) {
  PlainZlib theirs(15);
  const std::string message = Messages()[5];
  const std::string payload = theirs.Deflate(message);
  const std::string third = theirs.Deflate("plain after");
  const std::string wire =
      ClientWire({.opcode = 1, .payload = payload.substr(0, 10), .fin = false, .rsv = 4}) +
      ClientWire({.opcode = 9, .payload = "in between"}) +
      ClientWire({.opcode = 0, .payload = payload.substr(10), .fin = false}) + ClientWire({.opcode = 0}) +
      Text("not compressed") + ClientWire({.opcode = 2, .payload = third, .rsv = 4});
  for (const std::size_t piece : {0, 1, 3, 1000}) {
    EXPECT_THAT(DecodeCompressed(wire, {}, piece), ElementsAre("ping in between", "text " + message,
                                                               "text not compressed", "binary plain after"))
        << piece;
  }
}

TEST(CompressedMessages, MayOnlyBeMarkedOnTheirFirstFrame) {
  EXPECT_THAT(
      DecodeCompressed(Compressed("abc", false) + ClientWire({.opcode = 0, .rsv = 4})),
      ElementsAre("1002 received continuation data frame with compress bit set [permessage-deflate]"));
  EXPECT_THAT(DecodeCompressed(ClientWire({.opcode = 9, .rsv = 4})),
              ElementsAre("1002 received compressed control frame [permessage-deflate]"));
  EXPECT_THAT(DecodeCompressed(ClientWire({.opcode = 1, .rsv = 6})),
              ElementsAre("1002 RSV = 6 and no extension negotiated"));
}

TEST(CompressedMessages, AreBoundByTheirInflatedSize) {
  ConnectionOptions options;
  options.max_message_size = 100'000;
  const std::string bomb = Compressed(std::string(64 << 20, 'x'));
  EXPECT_LT(bomb.size(), options.max_message_size);
  for (const std::size_t piece : {0, 1000, 1}) {
    EXPECT_THAT(
        DecodeCompressed(bomb, options, piece),
        ElementsAre("1009 received WebSocket message exceeds payload limit of 100000 octets when inflated"))
        << piece;
  }
}

TEST(CompressedMessages, AreBoundByTheirFramesAsTheyStandOnTheWire) {
  ConnectionOptions options;
  options.max_frame_size = 50;
  EXPECT_THAT(DecodeCompressed(Compressed(std::string(10'000, 'x')), options),
              ElementsAre("text " + std::string(10'000, 'x')));
}

TEST(CompressedMessages, FailOnBadTextAndBadData) {
  for (const std::size_t piece : {0, 1}) {
    EXPECT_THAT(
        DecodeCompressed(Compressed("abc\xff"), {}, piece),
        ElementsAre("1007 encountered invalid UTF-8 while processing text message at payload octet index 3"));
    EXPECT_THAT(
        DecodeCompressed(Compressed("abc\xe2\x82"), {}, piece),
        ElementsAre(
            "1007 UTF-8 text message payload ended within Unicode code point at payload octet index 5"));
    EXPECT_THAT(DecodeCompressed(ClientWire({.opcode = 2, .payload = "\xff\xff\xff", .rsv = 4}), {}, piece),
                ElementsAre("1007 received data that is not a valid deflate stream [permessage-deflate]"));
  }
}

}  // namespace
}  // namespace wampgate::websocket::test
