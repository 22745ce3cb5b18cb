#include "http/token_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wampgate::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SplitList, TrimsAndDropsEmptyElements) {
  EXPECT_THAT(SplitList(" a,, b\t,c , "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(SplitList(" , "), IsEmpty());
}

TEST(SplitList, DoesNotPartAQuotedString) {
  EXPECT_THAT(SplitList(R"("a,b", W/"c\",d" , "open,)"),
              ElementsAre(R"("a,b")", R"(W/"c\",d")", R"("open,)"));
}

}  // namespace
}  // namespace wampgate::http
