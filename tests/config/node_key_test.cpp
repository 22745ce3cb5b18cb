#include "config/node_key.hpp"

#include <gtest/gtest.h>

#include "config/resolve.hpp"
#include "environment_for_tests.hpp"

namespace wampgate::config {
namespace {

const std::string kKey = "9a78" + std::string(60, 'b');

std::string KeyFile(const std::string& key) {
  return "Crossbar.io node public key\n\ncreator: joe@host\nPublic-Key-Ed25519: " + key + "\nmachine-id: x\n";
}

TEST(NodeKey, IsTheOneOfCrossbarsKeyFile) {
  EXPECT_EQ(PublicKeyOf(KeyFile(kKey)), kKey);
  EXPECT_EQ(PublicKeyOf("title\r\n\r\npublic-key-ed25519:" + kKey), kKey)
      << "line ends of Windows, no last one";
}

TEST(NodeKey, IsNoneWhereTheFileHasNone) {
  for (const std::string& text :
       {std::string(), std::string("\n"), "public-key-ed25519: " + kKey + "\n", KeyFile("9a78"),
        KeyFile(std::string(64, 'g')), std::string("title\n\npublic-adr-eth: 0x1\n")}) {
    EXPECT_EQ(PublicKeyOf(text), std::nullopt) << text;
  }
}

TEST(NodeKey, GoesIntoTheResolvedNodeAndABrokenFileIsAWarning) {
  Environment environment = TestEnvironment();
  environment.key_file = KeyFile(kKey);
  EXPECT_EQ(Resolve({}, environment).node->public_key, kKey);
  environment.key_file = "nonsense";
  const Resolution resolution = Resolve({}, environment);
  EXPECT_EQ(resolution.node->public_key, "");
  EXPECT_TRUE(resolution.problems.front().message.starts_with("key.pub in the node directory"));
  EXPECT_EQ(resolution.problems.front().severity, Severity::kWarning);
}

}  // namespace
}  // namespace wampgate::config
