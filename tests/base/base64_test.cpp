#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wampgate {
namespace {

TEST(Base64, EncodesTheVectorsOfTheRfc) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foo"), "Zm9v");
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
}

TEST(Base64, DecodesWhatItEncodes) {
  std::string octets;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(EncodeBase64(octets).size(), Base64Length(octets.size()));
    EXPECT_EQ(DecodeBase64(EncodeBase64(octets)), octets);
    octets += static_cast<char>(i * 7);
  }
}

TEST(Base64, RefusesWhatIsNotStrictlyBase64) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9",
                           "Zm9\n", "Zm9-", "=Zm9", "Zm=v"}) {
    EXPECT_FALSE(DecodeBase64(text)) << text;
  }
}

TEST(Base64, DecodesInPlace) {
  std::string text = "Zm9vYmE=";
  EXPECT_EQ(DecodeBase64(text, text.data()), 5u);
  EXPECT_EQ(text.substr(0, 5), "fooba");
}

}  // namespace
}  // namespace wampgate
