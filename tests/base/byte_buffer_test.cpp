#include "base/byte_buffer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace wampgate {
namespace {

TEST(ByteBuffer, OwnsNothingUntilUsedAndAfterItIsEmptied) {
  ByteBuffer buffer;
  EXPECT_EQ(buffer.capacity(), 0u);
  buffer.Append("hello");
  EXPECT_EQ(buffer.capacity(), ByteBuffer::kBlock);
  buffer.Consume(2);
  EXPECT_EQ(buffer.view(), "llo");
  buffer.Consume(3);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), 0u);
}

TEST(ByteBuffer, GivesItsBlockToTheNextBufferOfTheThread) {
  ByteBuffer first;
  first.Append('a');
  const char* block = first.data();
  first.Release();
  ByteBuffer second;
  second.Append('b');
  EXPECT_EQ(second.data(), block);
}

TEST(ByteBuffer, KeepsItsContentWhenItGrows) {
  ByteBuffer buffer;
  std::string expected;
  for (int i = 0; i < 20000; ++i) {
    const std::string piece = std::to_string(i);
    buffer.Append(piece);
    expected += piece;
    if (i % 3 == 0) {
      buffer.Consume(1);
      expected.erase(0, 1);
    }
  }
  EXPECT_TRUE(buffer.view() == expected);
}

TEST(ByteBuffer, StaysSmallWhileAsMuchIsConsumedAsAppended) {
  ByteBuffer buffer;
  buffer.Append(std::string(10000, 'x'));
  for (int i = 0; i < 1000; ++i) {
    buffer.Append(std::string(5000, 'x'));
    buffer.Consume(5000);
  }
  EXPECT_EQ(buffer.size(), 10000u);
  EXPECT_LE(buffer.capacity(), 2 * ByteBuffer::kBlock);
}

TEST(ByteBuffer, CompactsToItsSizeWhereThatSavesHalf) {
  ByteBuffer buffer;
  buffer.Append("remainder");
  buffer.Compact();
  EXPECT_EQ(buffer.capacity(), 9u);
  EXPECT_EQ(buffer.view(), "remainder");
  buffer.Append(std::string(50000, 'x'));
  const std::size_t before = buffer.capacity();
  buffer.Compact();
  EXPECT_EQ(buffer.capacity(), before);
}

TEST(ByteBuffer, AssignTakesABlockOfJustTheSize) {
  ByteBuffer buffer;
  buffer.Append("old content");
  buffer.Assign("new");
  EXPECT_EQ(buffer.view(), "new");
  EXPECT_EQ(buffer.capacity(), 3u);
  buffer.Assign("");
  EXPECT_EQ(buffer.capacity(), 0u);
}

TEST(ByteBuffer, TruncateTakesBackWhatWasAppendedAfterAMark) {
  ByteBuffer buffer;
  buffer.Append("xxkept");
  buffer.Consume(2);
  const std::size_t mark = buffer.size();
  buffer.Append(" not kept");
  buffer.Truncate(mark);
  EXPECT_EQ(buffer.view(), "kept");
}

TEST(ByteBuffer, MovesWithItsContent) {
  ByteBuffer from;
  from.Append("content");
  ByteBuffer to = std::move(from);
  EXPECT_EQ(to.view(), "content");
  EXPECT_TRUE(from.empty());
  EXPECT_EQ(from.capacity(), 0u);
  ByteBuffer third;
  third.Append("gone");
  third = std::move(to);
  EXPECT_EQ(third.view(), "content");
}

TEST(ByteBuffer, ReservedRoomCountsOnlyOnceCommitted) {
  ByteBuffer buffer;
  char* room = buffer.Reserve(100000);
  room[0] = 'a';
  room[99999] = 'z';
  EXPECT_TRUE(buffer.empty());
  buffer.Commit(1);
  EXPECT_EQ(buffer.view(), "a");
}

}  // namespace
}  // namespace wampgate
