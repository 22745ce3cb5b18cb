#include "control/frame_codec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wampgate::control {
namespace {

internal::Frame Sample() {
  internal::Frame frame;
  frame.mutable_hello()->set_worker("w1");
  frame.mutable_hello()->set_generation(7);
  return frame;
}

std::string Header(std::uint32_t size, std::uint32_t descriptors) {
  std::string header;
  for (const std::uint32_t value : {size, descriptors}) {
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(value >> shift);
  }
  return header;
}

TEST(FrameCodec, GivesBackWhatItWroteOctetByOctet) {
  ByteBuffer written;
  ASSERT_TRUE(AppendFrame(Sample(), 3, written).ok());
  FrameReader reader;
  ByteBuffer input;
  for (std::size_t i = 0; i + 1 < written.size(); ++i) {
    input.Append(written.data()[i]);
    auto next = reader.Next(input);
    ASSERT_TRUE(next.ok());
    ASSERT_FALSE(next->has_value());
  }
  input.Append(written.data()[written.size() - 1]);
  auto next = reader.Next(input);
  ASSERT_TRUE(next.ok() && next->has_value());
  EXPECT_EQ((*next)->frame.hello().worker(), "w1");
  EXPECT_EQ((*next)->descriptors, 3u);
  EXPECT_TRUE(input.empty());
}

TEST(FrameCodec, TakesAnEmptyFrame) {
  ByteBuffer input;
  input.Append(Header(0, 0));
  auto next = FrameReader().Next(input);
  ASSERT_TRUE(next.ok() && next->has_value());
  EXPECT_EQ((*next)->frame.kind_case(), internal::Frame::KIND_NOT_SET);
}

TEST(FrameCodec, RefusesALengthAboveTheBoundBeforeItsOctetsCome) {
  ByteBuffer input;
  input.Append(Header(kMaxFrame + 1, 0));
  EXPECT_EQ(FrameReader().Next(input).status().code(), StatusCode::kResourceExhausted);
}

TEST(FrameCodec, RefusesMoreDescriptorsThanTheBound) {
  ByteBuffer input;
  input.Append(Header(0, kMaxDescriptors + 1));
  EXPECT_EQ(FrameReader().Next(input).status().code(), StatusCode::kResourceExhausted);
  ByteBuffer output;
  EXPECT_FALSE(AppendFrame(Sample(), kMaxDescriptors + 1, output).ok());
  EXPECT_TRUE(output.empty());
}

TEST(FrameCodec, RefusesWhatIsNoProtobuf) {
  ByteBuffer input;
  input.Append(Header(3, 0));
  input.Append("\xff\xff\xff");
  EXPECT_EQ(FrameReader().Next(input).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace wampgate::control
