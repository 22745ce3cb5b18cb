#include "websocket/origin.hpp"

#include <gtest/gtest.h>

namespace wampgate::websocket {
namespace {

std::string Full(std::string_view header) {
  const auto origin = ParseOrigin(header);
  if (!origin.ok()) return std::string(Message(origin.status()));
  return origin->is_null ? "null" : origin->full;
}

TEST(ParseOrigin, NormalisesSchemeHostAndPort) {
  EXPECT_EQ(Full("https://Example.COM"), "https://example.com:443");
  EXPECT_EQ(Full("HTTP://example.com"), "http://example.com:80");
  EXPECT_EQ(Full("http://example.com:8080/path?query"), "http://example.com:8080");
  EXPECT_EQ(Full("http://user@example.com"), "http://example.com:80");
  EXPECT_EQ(Full("https://[2001:DB8::1]:8443"), "https://2001:db8::1:8443");
  EXPECT_EQ(Full("https://[::1]"), "https://::1:443");
  EXPECT_EQ(Full("chrome-extension://abcdef"), "chrome-extension://abcdef:None");
}

TEST(ParseOrigin, KnowsTheNullOrigin) {
  EXPECT_EQ(Full("null"), "null");
  EXPECT_EQ(Full("NULL"), "null");
  EXPECT_EQ(Full("file:///home/user/page.html"), "null");
  EXPECT_EQ(Full("file://"), "null");
}

TEST(ParseOrigin, NeedsAHost) {
  for (const char* header :
       {"", "example.com", "http:", "http://", "http:///path", "http://:80", "https://[::1", "//x"}) {
    EXPECT_EQ(Full(header), std::string("No host part in Origin '") + header + "'");
  }
  EXPECT_EQ(Full("http://example.com:port"), "Invalid port in Origin 'http://example.com:port'");
  EXPECT_EQ(Full("http://example.com:65536"), "Invalid port in Origin 'http://example.com:65536'");
}

bool Matches(const char* pattern, const char* header) {
  return MatchesOrigin({pattern}, *ParseOrigin(header));
}

TEST(MatchesOrigin, TriesTheFormWithAndWithoutTheDefaultPort) {
  EXPECT_TRUE(Matches("*", "https://example.com"));
  EXPECT_TRUE(Matches("https://example.com:443", "https://example.com"));
  EXPECT_TRUE(Matches("https://example.com", "https://example.com"));
  EXPECT_TRUE(Matches("https://example.com", "https://example.com:443"));
  EXPECT_TRUE(Matches("https://example.com:*", "https://example.com"));
  EXPECT_TRUE(Matches("https://*.tavendo.com", "https://www.tavendo.com"));
  EXPECT_FALSE(Matches("https://example.com", "https://example.com:8443"));
  EXPECT_FALSE(Matches("https://example.com", "http://example.com"));
}

TEST(MatchesOrigin, TakesEveryCharacterButTheStarForItself) {
  EXPECT_FALSE(Matches("https://example.com", "https://exampleXcom"));
  EXPECT_FALSE(Matches("https://(a|b).com", "https://a.com"));
  EXPECT_FALSE(Matches("https://.+", "https://a.com"));
  EXPECT_FALSE(Matches("https://Example.com", "https://example.com"));  // patterns keep their case
  EXPECT_FALSE(Matches("", "https://example.com"));
  EXPECT_FALSE(Matches("https://example.com:44", "https://example.com"));
  EXPECT_TRUE(Matches("*://*.example.*:*", "https://a.b.example.org"));
}

TEST(MatchesOrigin, IsNotSlowedDownByManyStars) {
  std::string host(20'000, 'a');
  const auto origin = ParseOrigin("https://" + host + ".com");
  ASSERT_TRUE(origin.ok());
  EXPECT_FALSE(MatchesOrigin({"*a*a*a*a*a*a*a*a*a*a*b"}, *origin));
}

}  // namespace
}  // namespace wampgate::websocket
