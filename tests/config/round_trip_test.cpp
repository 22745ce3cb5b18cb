#include <gtest/gtest.h>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"
#include "config/random_message.hpp"
#include "config/reader.hpp"
#include "config/writer.hpp"

namespace wampgate::config {
namespace {

v1::Node RandomNode(std::uint32_t seed) {
  v1::Node node;
  RandomMessage(seed).Fill(node);
  return node;
}

void ExpectReadsAs(const Parsed& parsed, const v1::Node& expected, const std::string& text) {
  ASSERT_TRUE(parsed.ok) << AllOf(parsed.problems) << text;
  v1::Node node;
  Problems problems = parsed.problems;
  Read(parsed.value, node, problems);
  EXPECT_EQ(AllOf(problems), "") << text;
  EXPECT_EQ(CanonicalBytes(node), CanonicalBytes(expected)) << text;
}

TEST(RoundTrip, ThroughJsonKeepsEveryMessage) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    const v1::Node node = RandomNode(seed);
    ExpectReadsAs(ParseJson(WriteJson(node)), node, WriteJson(node));
    if (HasFailure()) return;
  }
}

TEST(RoundTrip, ThroughYamlKeepsEveryMessage) {
  for (std::uint32_t seed = 1000; seed < 1300; ++seed) {
    SCOPED_TRACE(seed);
    const v1::Node node = RandomNode(seed);
    ExpectReadsAs(ParseYaml(WriteYaml(node)), node, WriteYaml(node));
    if (HasFailure()) return;
  }
}

TEST(RoundTrip, OfBytesKeepsTheEtag) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    const v1::Node node = RandomNode(seed);
    v1::Node copy;
    ASSERT_TRUE(copy.ParseFromString(node.SerializeAsString()));
    EXPECT_EQ(Etag(copy), Etag(node));
    EXPECT_EQ(Etag(node).size(), 16u);
  }
  EXPECT_NE(Etag(RandomNode(1)), Etag(RandomNode(2)));
}

/// Nothing that the API can send makes the checks fail otherwise than by saying so.
TEST(Resolve, SurvivesEveryMessage) {
  int good = 0;
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    const Resolution resolution = Resolve(RandomNode(seed), TestEnvironment());
    EXPECT_EQ(resolution.node.has_value(), !HasErrors(resolution.problems));
    good += resolution.node ? 1 : 0;
  }
  EXPECT_LT(good, 500);
}

}  // namespace
}  // namespace wampgate::config
