#include "http/access_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wampgate::http {
namespace {

using ::testing::MatchesRegex;

TEST(AccessLine, IsInTheCombinedFormat) {
  AccessRecord record{"tcp4:10.0.0.1:48040", "GET /a HTTP/1.1", "http://r/", "curl/8"};
  EXPECT_THAT(
      AccessLine(record, 200, 15),
      MatchesRegex(
          "10\\.0\\.0\\.1 - - \\[[0-9]+/[A-Z][a-z]+/[0-9]+:[0-9:]+ \\+0000\\] \"GET /a HTTP/1\\.1\" 200 15 "
          "\"http://r/\" \"curl/8\""));
}

TEST(AccessLine, CannotBeForgedByAClient) {
  AccessRecord record{"unix", "GET /\"\n\x1b[31m HTTP/1.1", "", "a\\b\xff"};
  const std::string line = AccessLine(record, 400, 0);
  EXPECT_THAT(line, testing::HasSubstr(R"("GET /\x22\x0a\x1b[31m HTTP/1.1" 400 0 "-" "a\x5cb\xff")"));
}

}  // namespace
}  // namespace wampgate::http
