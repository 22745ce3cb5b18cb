#include "http/date.hpp"

#include <gtest/gtest.h>

namespace wampgate::http {
namespace {

TEST(Date, IsWrittenAsRfc9110Says) {
  EXPECT_EQ(FormatDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Date, IsReadInAllThreeForms) {
  EXPECT_EQ(ParseDate("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_EQ(ParseDate("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
  EXPECT_EQ(ParseDate("Sun Nov  6 08:49:37 1994"), 784111777);
}

TEST(Date, IsNotReadFromAnythingElse) {
  for (const char* text :
       {"", "yesterday", "784111777", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMTx"}) {
    EXPECT_FALSE(ParseDate(text)) << text;
  }
}

}  // namespace
}  // namespace wampgate::http
