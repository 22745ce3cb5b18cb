#include "websocket/encoder.hpp"

#include <gmock/gmock.h>

#include "websocket/recording_sink.hpp"

namespace wampgate::websocket::test {
namespace {

using ::testing::ElementsAre;

class EncoderTest : public ::testing::Test {
 protected:
  std::vector<Frame> Frames() {
    std::string octets(out.view());
    auto frames = TakeFrames(octets);
    EXPECT_TRUE(octets.empty());
    return frames;
  }
  void Write(Encoder& encoder, std::string_view payload, Coalesce coalesce = Coalesce::kNo,
             MessageKind kind = MessageKind::kText) {
    EXPECT_TRUE(encoder.WriteMessage(kind, payload, coalesce, out));
  }
  /// What a decoder of the other side reads.
  std::vector<std::string> Read(const std::optional<DeflateParameters>& deflate = std::nullopt) {
    ConnectionOptions either;
    either.require_masked = false;
    either.apply_mask = options.apply_mask;
    Feeder feeder(either, deflate);
    feeder.Feed(out.view());
    return feeder.sink.events;
  }

  ConnectionOptions options;
  ByteBuffer out;
};

TEST_F(EncoderTest, WritesMessagesAsSingleFramesOfAnyLength) {
  Encoder encoder(options, std::nullopt);
  std::vector<Frame> expected;
  for (const std::size_t size : {0, 1, 125, 126, 65535, 65536, 200'000}) {
    Write(encoder, std::string(size, 'x'), Coalesce::kNo, MessageKind::kBinary);
    expected.push_back({.opcode = 2, .payload = std::string(size, 'x')});
  }
  EXPECT_EQ(Frames(), expected);
}

TEST_F(EncoderTest, MasksWithADifferentKeyEachTime) {
  options.mask = true;
  Encoder encoder(options, std::nullopt);
  Write(encoder, "Hello");
  Write(encoder, "Hello");
  const auto frames = Frames();
  EXPECT_THAT(frames,
              ElementsAre(Frame{.opcode = 1, .payload = "Hello"}, Frame{.opcode = 1, .payload = "Hello"}));
  EXPECT_TRUE(frames[0].masked && frames[1].masked);
  EXPECT_NE(frames[0].mask_key, frames[1].mask_key);
}

TEST_F(EncoderTest, WritesAKeyThatIsNotAppliedWithoutApplyMask) {
  options.mask = true;
  options.apply_mask = false;
  Encoder encoder(options, std::nullopt);
  Write(encoder, "Hello");
  EXPECT_EQ(out.view().substr(6), "Hello");
  EXPECT_THAT(Read(), ElementsAre("text Hello"));
}

TEST_F(EncoderTest, SplitsLongMessagesWithoutAnEmptyLastFrame) {
  options.auto_fragment_size = 65536;
  Encoder encoder(options, std::nullopt);
  Write(encoder, std::string(200'030, 'x'));
  std::vector<std::size_t> sizes;
  for (const Frame& frame : Frames()) sizes.push_back(frame.payload.size());
  EXPECT_THAT(sizes, ElementsAre(65536, 65536, 65536, 3422));  // spec 2.2.13
  out.Release();

  options.auto_fragment_size = 4;
  Encoder small(options, std::nullopt);
  Write(small, "abcdefgh");
  EXPECT_THAT(Frames(), ElementsAre(Frame{.opcode = 1, .payload = "abcd", .fin = false},
                                    Frame{.opcode = 0, .payload = "efgh"}));
}

TEST_F(EncoderTest, MarksOnlyTheFirstFragmentAsCompressed) {
  options.auto_fragment_size = 4;
  Encoder encoder(options, DeflateParameters{});
  Write(encoder, "abcdefghijkl");
  const auto frames = Frames();
  ASSERT_GE(frames.size(), 2u);
  EXPECT_EQ(frames[0].rsv, 4);
  for (std::size_t i = 1; i < frames.size(); ++i) EXPECT_EQ(frames[i].rsv, 0);
  EXPECT_THAT(Read(DeflateParameters{}), ElementsAre("text abcdefghijkl"));
}

TEST_F(EncoderTest, JoinsMessagesThatMayShareAFrame) {
  for (const bool mask : {false, true}) {
    for (const bool compress : {false, true}) {
      const auto deflate = compress ? std::optional(DeflateParameters{}) : std::nullopt;
      options.mask = mask;
      out.Release();
      Encoder encoder(options, deflate);
      std::string expected;
      for (int i = 0; i < 200; ++i) {  // grows through all three header sizes' first two
        const std::string part = std::to_string(i) + std::string(static_cast<std::size_t>(i), 'p') + "\x18";
        Write(encoder, part, Coalesce::kYes);
        expected += part;
      }
      EXPECT_EQ(Frames().size(), 1u);
      EXPECT_THAT(Read(deflate), ElementsAre("text " + expected)) << mask << compress;
    }
  }
}

TEST_F(EncoderTest, JoinsNothingThatMustStandAlone) {
  Encoder encoder(options, std::nullopt);
  Write(encoder, "a", Coalesce::kYes);
  Write(encoder, "b", Coalesce::kNo);
  Write(encoder, "c", Coalesce::kYes);
  Write(encoder, "d", Coalesce::kYes, MessageKind::kBinary);
  Write(encoder, "e", Coalesce::kYes, MessageKind::kBinary);
  encoder.WriteControl(Opcode::kPong, "p", out);
  Write(encoder, "f", Coalesce::kYes, MessageKind::kBinary);
  EXPECT_THAT(Read(), ElementsAre("text a", "text b", "text c", "binary de", "pong p", "binary f"));
}

TEST_F(EncoderTest, JoinsNothingToAFrameThatHasLeftInPart) {
  Encoder encoder(options, std::nullopt);
  Write(encoder, "first", Coalesce::kYes);
  out.Consume(1);
  Write(encoder, "second", Coalesce::kYes);
  EXPECT_EQ(out.view(),
            "\x05"
            "first\x81\x06"
            "second");
  out.Consume(out.size());
  Write(encoder, "third", Coalesce::kYes);
  EXPECT_THAT(Read(), ElementsAre("text third"));
}

TEST_F(EncoderTest, StartsANewFrameAt64KiBAndAtTheFragmentSize) {
  Encoder encoder(options, std::nullopt);
  for (int i = 0; i < 10; ++i) Write(encoder, std::string(10'000, 'x'), Coalesce::kYes);
  std::vector<std::size_t> sizes;
  for (const Frame& frame : Frames()) sizes.push_back(frame.payload.size());
  EXPECT_THAT(sizes, ElementsAre(60'000, 40'000));
  out.Release();
  options.auto_fragment_size = 4;
  Encoder small(options, std::nullopt);
  Write(small, "abc", Coalesce::kYes);
  Write(small, "d", Coalesce::kYes);
  Write(small, "e", Coalesce::kYes);
  EXPECT_THAT(Frames(),
              ElementsAre(Frame{.opcode = 1, .payload = "abcd"}, Frame{.opcode = 1, .payload = "e"}));
}

TEST_F(EncoderTest, JoinsNothingBeyondTheMessageLimit) {
  options.max_message_size = 5;
  Encoder encoder(options, std::nullopt);
  Write(encoder, "abc", Coalesce::kYes);
  Write(encoder, "de", Coalesce::kYes);
  Write(encoder, "f", Coalesce::kYes);
  EXPECT_THAT(Read(), ElementsAre("text abcde", "text f"));
}

TEST_F(EncoderTest, DoesNotJoinCompressedMessagesWithoutContextTakeover) {
  const DeflateParameters parameters{.deflate_no_context_takeover = true,
                                     .inflate_no_context_takeover = true};
  Encoder encoder(options, parameters);
  Write(encoder, "a", Coalesce::kYes);
  Write(encoder, "b", Coalesce::kYes);
  EXPECT_THAT(Read(parameters), ElementsAre("text a", "text b"));
}

TEST_F(EncoderTest, WritesAMessagePartByPart) {
  for (const bool mask : {false, true}) {
    for (const std::size_t fragment : {0, 3, 4}) {
      options.mask = mask;
      options.auto_fragment_size = fragment;
      out.Release();
      Encoder encoder(options, std::nullopt);
      encoder.BeginMessage(MessageKind::kText, 8, out);
      EXPECT_EQ(encoder.missing(), 8u);
      for (const char* part : {"a", "", "bcdef", "gh"}) encoder.WritePart(part, out);
      EXPECT_EQ(encoder.missing(), 0u);
      Write(encoder, "next");
      EXPECT_THAT(Read(), ElementsAre("text abcdefgh", "text next"));
      std::vector<std::size_t> sizes;
      for (const Frame& frame : Frames()) sizes.push_back(frame.payload.size());
      if (fragment == 0) EXPECT_THAT(sizes, ElementsAre(8, 4));
      if (fragment == 3) EXPECT_THAT(sizes, ElementsAre(3, 3, 2, 3, 1));
      if (fragment == 4) EXPECT_THAT(sizes, ElementsAre(4, 4, 4));
    }
  }
}

TEST_F(EncoderTest, LetsPassAsTheyAreThePartsThatLieInOneFrame) {
  options.auto_fragment_size = 4;
  Encoder encoder(options, std::nullopt);
  encoder.BeginMessage(MessageKind::kText, 7, out);
  ASSERT_TRUE(encoder.PassPart(2));
  out.Append("ab");
  EXPECT_FALSE(encoder.PassPart(3)) << "goes on in the next frame";
  EXPECT_FALSE(encoder.PassPart(2)) << "the next frame's header follows";
  encoder.WritePart("cd", out);
  ASSERT_TRUE(encoder.PassPart(3));
  out.Append("efg");
  EXPECT_EQ(encoder.missing(), 0u);
  EXPECT_THAT(Read(), ElementsAre("text abcdefg"));
}

TEST_F(EncoderTest, LetsNothingPassThatIsMaskedOrCompressed) {
  options.mask = true;
  Encoder masking(options, std::nullopt);
  EXPECT_FALSE(masking.passes_parts());
  masking.BeginMessage(MessageKind::kText, 2, out);
  EXPECT_FALSE(masking.PassPart(2));
  EXPECT_FALSE(Encoder(options, DeflateParameters()).passes_parts());
}

}  // namespace
}  // namespace wampgate::websocket::test
