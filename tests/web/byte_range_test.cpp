#include "web/byte_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wampgate::web {
namespace {

using Kind = RangeRequest::Kind;
using ::testing::ElementsAre;

TEST(ReadRange, GivesThePartsAskedFor) {
  const auto parts = [](std::string_view field) { return ReadRange(field, 100).parts; };
  EXPECT_THAT(parts("bytes=0-0"), ElementsAre(ByteRange{0, 1}));
  EXPECT_THAT(parts("bytes=0-99"), ElementsAre(ByteRange{0, 100}));
  EXPECT_THAT(parts("bytes=10-"), ElementsAre(ByteRange{10, 90}));
  EXPECT_THAT(parts("bytes=-10"), ElementsAre(ByteRange{90, 10}));
  EXPECT_THAT(parts("bytes=-1000"), ElementsAre(ByteRange{0, 100}));
  EXPECT_THAT(parts("bytes=90-1000"), ElementsAre(ByteRange{90, 10}));
  EXPECT_THAT(parts("Bytes= 1-2 , 50-59,, -1"),
              ElementsAre(ByteRange{1, 2}, ByteRange{50, 10}, ByteRange{99, 1}));
  EXPECT_THAT(parts("bytes=200-300, 5-5"), ElementsAre(ByteRange{5, 1}));
  EXPECT_THAT(parts("bytes=0-99999999999999999999999"), ElementsAre(ByteRange{0, 100}));
}

TEST(ReadRange, IgnoresWhatIsMalformedOrUnreasonable) {
  std::string many = "bytes=0-0";
  for (int i = 0; i < 16; ++i) many += ",0-0";
  for (const std::string& field :
       {std::string(""), std::string("bytes"), std::string("bytes="), std::string("items=0-1"),
        std::string("bytes=a-b"), std::string("bytes=5-1"), std::string("bytes=-"), std::string("bytes=1"),
        std::string("bytes=1-2-3"), std::string("bytes=+1-2"), std::string("bytes=0-1,x"),
        std::string("bytes=0-,0-"), many}) {
    EXPECT_EQ(ReadRange(field, 100).kind, Kind::kWhole) << field;
  }
}

TEST(ReadRange, KnowsWhatCannotBeSatisfied) {
  for (const char* field : {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=100-,200-300"}) {
    EXPECT_EQ(ReadRange(field, 100).kind, Kind::kUnsatisfiable) << field;
  }
  EXPECT_EQ(ReadRange("bytes=0-", 0).kind, Kind::kUnsatisfiable);
}

}  // namespace
}  // namespace wampgate::web
