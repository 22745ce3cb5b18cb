#include "websocket/connection.hpp"

#include <gmock/gmock.h>

#include "websocket/connection_fixture.hpp"

namespace wampgate::websocket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Cause = ChannelEnd::Cause;

TEST_F(ConnectionTest, DeliversTextAndBinaryMessages) {
  Open();
  PeerSends(Text("Hello") + Binary(std::string("\0\xff", 2)));
  ASSERT_TRUE(RunUntilMessages(2));
  EXPECT_THAT(receiver.messages, ElementsAre(Pair(MessageKind::kText, "Hello"),
                                             Pair(MessageKind::kBinary, std::string("\0\xff", 2))));
}

TEST_F(ConnectionTest, SendsWhatIsSentInOneTurnInOrder) {
  Open();
  EXPECT_TRUE(channel->Send(MessageKind::kText, "one"));
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, "two"));
  ASSERT_TRUE(RunUntilFrames(2));
  EXPECT_THAT(frames,
              ElementsAre(Frame{.opcode = 1, .payload = "one"}, Frame{.opcode = 2, .payload = "two"}));
  EXPECT_FALSE(frames[0].masked);
}

TEST_F(ConnectionTest, AnswersACloseAndEndsTheConnection) {
  Open();
  PeerSends(CloseFrame(1000, "bye"));
  ASSERT_TRUE(RunUntilFrames(1));
  EXPECT_EQ(frames[0], (Frame{.opcode = 8, .payload = "\x03\xe8"}));
  ASSERT_TRUE(RunUntil([&] { return PeerReceives() == 0; }));
  EXPECT_EQ(receiver.ends, 0);
  PeerEnds();
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kClosedByPeer);
  EXPECT_EQ(receiver.end->code, 1000);
  EXPECT_EQ(receiver.end->reason, "bye");
}

}  // namespace
}  // namespace wampgate::websocket::test
