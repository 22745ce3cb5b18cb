#include "wamp/uri.hpp"

#include <gtest/gtest.h>

namespace wampgate::wamp {
namespace {

TEST(IsLooseUri, TakesComponentsOfAnyVisibleCharacters) {
  for (const char* uri :
       {"a", "com.example.topic", "com.Ex-ample.\u00fcber!", "a.b.c.d", "realm1", "$x:y/z"}) {
    EXPECT_TRUE(IsLooseUri(uri)) << uri;
  }
}

TEST(IsLooseUri, RefusesEmptyComponentsHashesAndWhiteSpace) {
  for (const char* uri : {"", ".", "a.", ".a", "a..b", "a b", "a#b", "a.\tb", "a\n", "a\u00a0b", "a\u2003b",
                          "a\u3000b", "a\u1680b", "a\u205fb", "a\u2028b", "a\u0085b",
                          "a\x1c"
                          "b"}) {
    EXPECT_FALSE(IsLooseUri(uri)) << uri;
  }
}

TEST(IsLooseUriPattern, TakesEmptyComponents) {
  for (const char* uri : {"", ".", "a.", ".a", "a..b", "com..topic.", "com.example"}) {
    EXPECT_TRUE(IsLooseUriPattern(uri)) << uri;
  }
  for (const char* uri : {" ", "a #", "a..b c", "#"}) EXPECT_FALSE(IsLooseUriPattern(uri)) << uri;
}

TEST(IsStrictUri, TakesLowerCaseDigitsAndUnderscores) {
  for (const char* uri : {"a", "com.example_1.topic", "0"}) EXPECT_TRUE(IsStrictUri(uri)) << uri;
  for (const char* uri : {"", ".", "a.", ".a", "a..b", "A", "a-b", "a b", "\u00fc"}) {
    EXPECT_FALSE(IsStrictUri(uri)) << uri;
  }
}

}  // namespace
}  // namespace wampgate::wamp
