#include "proxy/upstream_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wampgate::proxy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

/// A request whose first segment a path table has matched.
http::Request Below(std::vector<std::string> segments) {
  http::Request request;
  request.method = "GET";
  request.segments = std::move(segments);
  request.segments.insert(request.segments.begin(), "ws");
  request.consumed = 1;
  request.peer = "tcp4:192.0.2.7:48040";
  return request;
}

std::string TargetFor(const http::Request& request, const std::string& base) {
  TunnelOptions options;
  options.client.target = base;
  const auto upstream = UpstreamRequest(request, options);
  return upstream ? upstream->target : "refused";
}

TEST(UpstreamRequest, PutsThePathBelowTheServiceBehindThatOfTheUrl) {
  EXPECT_EQ(TargetFor(Below({}), "/"), "/");
  EXPECT_EQ(TargetFor(Below({}), "/chat"), "/chat");
  EXPECT_EQ(TargetFor(Below({"a"}), "/"), "/a");
  EXPECT_EQ(TargetFor(Below({"a", "b"}), "/chat"), "/chat/a/b");
  EXPECT_EQ(TargetFor(Below({"a", ""}), "/chat/"), "/chat/a/");
  EXPECT_EQ(TargetFor(Below({"a b/c?", "\xc3\xa4"}), "/chat"), "/chat/a%20b%2Fc%3F/%C3%A4");
  http::Request root = Below({});
  root.segments = {""};
  root.consumed = 0;
  root.at_level_root = true;
  EXPECT_EQ(TargetFor(root, "/chat"), "/chat");
}

TEST(UpstreamRequest, JoinsTheQueriesOfTheUrlAndOfTheClient) {
  http::Request request = Below({"a"});
  request.query = "x=1&y=%20";
  EXPECT_EQ(TargetFor(request, "/chat"), "/chat/a?x=1&y=%20");
  EXPECT_EQ(TargetFor(request, "/chat?key=2"), "/chat/a?key=2&x=1&y=%20");
  EXPECT_EQ(TargetFor(Below({}), "/chat?key=2"), "/chat?key=2");
}

TEST(UpstreamRequest, LeavesTheBackendsPathByNoDots) {
  EXPECT_EQ(TargetFor(Below({"..", "admin"}), "/chat"), "refused");
  EXPECT_EQ(TargetFor(Below({"."}), "/chat"), "refused");
  EXPECT_EQ(TargetFor(Below({"..."}), "/chat"), "/chat/...");
}

TEST(UpstreamRequest, ForwardsEndToEndHeadersOnly) {
  http::Request request = Below({});
  request.headers = {{"host", "edge.example:8080"},
                     {"cookie", "a=1"},
                     {"cookie", "b=2"},
                     {"authorization", "Bearer x"},
                     {"origin", "https://page.example"},
                     {"user-agent", "test"},
                     {"connection", "Upgrade, X-Hop"},
                     {"x-hop", "1"},
                     {"upgrade", "websocket"},
                     {"transfer-encoding", "chunked"},
                     {"proxy-authorization", "y"},
                     {"sec-websocket-key", "k"},
                     {"sec-websocket-version", "13"},
                     {"sec-websocket-extensions", "permessage-deflate"},
                     {"sec-websocket-protocol", "a, b"},
                     {"sec-websocket-protocol", "c"}};
  TunnelOptions options;
  options.client.host = "backend.example";
  options.client.headers = {{"Authorization", "Basic ours"}};
  const auto upstream = UpstreamRequest(request, options);
  ASSERT_TRUE(upstream);
  EXPECT_EQ(upstream->host, "backend.example");
  EXPECT_THAT(upstream->subprotocols, ElementsAre("a", "b", "c"));
  EXPECT_THAT(upstream->headers,
              ElementsAre(Pair("Authorization", "Basic ours"), Pair("Cookie", "a=1"), Pair("Cookie", "b=2"),
                          Pair("Origin", "https://page.example"), Pair("User-Agent", "test"),
                          Pair("X-Forwarded-For", "192.0.2.7"), Pair("X-Forwarded-Host", "edge.example:8080"),
                          Pair("X-Forwarded-Proto", "http"), Pair("X-Real-IP", "192.0.2.7")));
}

TEST(UpstreamRequest, TakesNoClientsWordForWhereItComesFrom) {
  http::Request request = Below({});
  request.peer = "tcp6:[2001:db8::1]:1000";
  request.is_secure = true;
  request.headers = {{"host", "h"},
                     {"x-forwarded-for", "10.0.0.1"},
                     {"x-forwarded-proto", "gopher"},
                     {"x-real-ip", "10.0.0.1"},
                     {"forwarded", "for=10.0.0.1"}};
  const auto upstream = UpstreamRequest(request, {});
  ASSERT_TRUE(upstream);
  EXPECT_THAT(upstream->headers,
              ElementsAre(Pair("X-Forwarded-For", "10.0.0.1, 2001:db8::1"), Pair("X-Forwarded-Host", "h"),
                          Pair("X-Forwarded-Proto", "https"), Pair("X-Real-IP", "2001:db8::1")));
  request.peer = "unix";
  EXPECT_THAT(UpstreamRequest(request, {})->headers, Not(Contains(Key("X-Real-IP"))));
}

TEST(UpstreamRequest, CallsTheOriginOfVersion8ByItsPresentName) {
  http::Request request = Below({});
  request.headers = {{"sec-websocket-origin", "http://old.example"}};
  EXPECT_THAT(UpstreamRequest(request, {})->headers, Contains(Pair("Origin", "http://old.example")));
}

TEST(UpstreamRequest, GivesOnlyCookiesBackAndNoneThatSplitsTheAnswer) {
  EXPECT_EQ(ReturnedFields({{"set-cookie", "a=1; Path=/"}, {"server", "x"}, {"set-cookie", "b=2"}}),
            "Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\n");
  EXPECT_EQ(ReturnedFields({{"set-cookie", "a=1\nX-Evil: 1"}, {"set-cookie", "a=1\rX"}}), "");
}

}  // namespace
}  // namespace wampgate::proxy
