#include "http/request_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wampgate::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::string_view kHost = "Host: example.org\r\n";

// Feeds what a stream would: the unconsumed rest again with `step` more octets behind it.
void FeedInSteps(RequestParser& parser, std::string_view octets, std::size_t step) {
  std::size_t begin = 0;
  for (std::size_t end = 0; end < octets.size();) {
    end = std::min(octets.size(), end + step);
    while (begin < end && parser.progress() < RequestParser::Progress::kComplete) {
      const std::size_t consumed = parser.Feed(octets.substr(begin, end - begin));
      begin += consumed;
      if (consumed == 0) break;
    }
  }
}

struct Verdict {
  const char* what;
  std::string request;
  int status;  ///< 200: complete; 0: wants more
};

std::string Get(std::string_view fields) {
  return "GET / HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}
std::string Post(std::string_view fields, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

std::vector<Verdict> Verdicts() {
  using namespace std::string_literals;
  return {
      {"plain", Get("Host: x\r\n"), 200},
      {"blank line before", "\r\n" + Get("Host: x\r\n"), 200},
      {"empty Host", Get("Host:\r\n"), 200},
      {"unfinished", "GET / HTTP/1.1\r\nHost: x\r\n", 0},
      {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 200},
      {"absolute form", "GET http://y/z HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {"unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {"high octets in the path", "GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {"chunked", Post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"), 200},
      {"chunked with extension and trailer",
       Post("Transfer-Encoding: Chunked\r\n", "3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n"), 200},
      {"length", Post("Content-Length: 3\r\n", "abc"), 200},
      {"length, body unfinished", Post("Content-Length: 4\r\n", "abc"), 0},

      {"no Host", Get(""), 400},
      {"two Hosts", Get("Host: x\r\nHost: x\r\n"), 400},
      {"Host with a path", Get("Host: x/y\r\n"), 400},
      {"Host with a user", Get("Host: a@b\r\n"), 400},
      {"two Hosts on HTTP/1.0", "GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"garbage", "hello\r\n\r\n", 400},
      {"TLS", "\x16\x03\x01\x02\x00\x01"s, 400},
      {"NUL in a value", Get("Host: x\r\nA: b\0c\r\n"s), 400},
      {"control character in a value",
       Get("Host: x\r\nA: b\x01"
           "c\r\n"),
       400},
      {"DEL in a value", Get("Host: x\r\nA: b\x7f\r\n"), 400},
      {"bare LF", "GET / HTTP/1.1\nHost: x\n\n", 400},
      {"bare CR in a value", Get("Host: x\r\nA: b\rc\r\n"), 400},
      {"folded field", Get("Host: x\r\nA: b\r\n c\r\n"), 400},
      {"space before the colon", Get("Host: x\r\nA : b\r\n"), 400},
      {"field without a name", Get("Host: x\r\n: b\r\n"), 400},
      {"line without a colon", Get("Host: x\r\nnonsense\r\n"), 400},
      {"tab in the request line", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"two spaces in the request line", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"no version", "GET /\r\nHost: x\r\n\r\n", 400},
      {"other protocol", "GET / HTTX/1.1\r\nHost: x\r\n\r\n", 400},
      {"fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"relative target", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"asterisk with GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"absolute form without a host", "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"absolute form with a user", "GET http://a@b/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"another scheme", "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"percent without digits", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"percent cut off", "GET /a%2 HTTP/1.1\r\nHost: x\r\n\r\n", 400},

      {"length and chunked", Post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"chunked and length", Post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400},
      {"two lengths", Post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400},
      {"the same length twice", Post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {"list of lengths", Post("Content-Length: 3, 3\r\n", "abc"), 400},
      {"signed length", Post("Content-Length: +3\r\n", "abc"), 400},
      {"negative length", Post("Content-Length: -3\r\n", "abc"), 400},
      {"hexadecimal length", Post("Content-Length: 0x3\r\n", "abc"), 400},
      {"empty length", Post("Content-Length:\r\n", "abc"), 400},
      {"length beyond 64 bits", Post("Content-Length: 99999999999999999999\r\n", "abc"), 400},
      {"chunked twice", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       400},
      {"chunked, identity", Post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 400},
      {"identity", Post("Transfer-Encoding: identity\r\n", "abc"), 400},
      {"gzip, chunked", Post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
      {"xchunked", Post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {"chunked with a vertical tab", Post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {"empty encoding", Post("Transfer-Encoding:\r\n", "0\r\n\r\n"), 400},
      {"chunked on HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunk size that is none", Post("Transfer-Encoding: chunked\r\n", "x\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size beyond 64 bits", Post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"), 400},
      {"chunk longer than its size", Post("Transfer-Encoding: chunked\r\n", "2\r\nabc\r\n0\r\n\r\n"), 400},
      {"length in the trailer", Post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n"),
       400},

      {"body beyond the limit", Post("Content-Length: 101\r\n", ""), 413},
      {"chunk beyond the limit", Post("Transfer-Encoding: chunked\r\n", "ffff\r\n"), 413},
      {"chunks beyond the limit",
       Post("Transfer-Encoding: chunked\r\n", "40\r\n" + std::string(64, 'x') + "\r\n40\r\n"), 413},
      {"head beyond the limit", Get("Host: x\r\nA: " + std::string(1000, 'a') + "\r\n"), 431},
      {"endless request line", "GET /" + std::string(2000, 'a'), 431},
      {"expectation", Get("Host: x\r\nExpect: miracles\r\n"), 417},
      {"CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\n", 505},
      {"HTTP/0.9 spelled out", "GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505},
  };
}

class EveryStep : public ::testing::TestWithParam<std::size_t> {};

TEST_P(EveryStep, GivesTheSameVerdict) {
  ServerOptions options;
  options.max_header_size = 512;
  options.max_body_size = 100;
  for (const Verdict& verdict : Verdicts()) {
    RequestParser parser(options);
    FeedInSteps(parser, verdict.request, GetParam());
    int status = 0;
    if (parser.progress() == RequestParser::Progress::kComplete) status = 200;
    if (parser.progress() == RequestParser::Progress::kRefused) status = parser.refusal().status;
    EXPECT_EQ(status, verdict.status) << verdict.what << ": " << parser.refusal().text;
  }
}

INSTANTIATE_TEST_SUITE_P(RequestParser, EveryStep, ::testing::Values(1, 2, 3, 7, 100000));

TEST(RequestParser, GivesLowerCaseNamesAndKeepsRepeatedFieldsInOrder) {
  const ServerOptions options;
  RequestParser parser(options);
  parser.Feed("GET /a?b=c&d HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nAccept:  text/html \t\r\nx-one: 2\r\n\r\n");
  ASSERT_EQ(parser.progress(), RequestParser::Progress::kComplete);
  const Request& request = parser.request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a?b=c&d");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.query, "b=c&d");
  EXPECT_THAT(request.segments, ElementsAre("a"));
  EXPECT_THAT(request.headers, ElementsAre(Pair("host", "h"), Pair("x-one", "1"), Pair("accept", "text/html"),
                                           Pair("x-one", "2")));
  EXPECT_EQ(request.Header("x-one"), "1");
  EXPECT_EQ(request.Count("x-one"), 2u);
  EXPECT_EQ(request.Header("nothing"), "");
  EXPECT_FALSE(request.wants_upgrade);
}

TEST(RequestParser, JoinsChunksAndIgnoresTrailers) {
  const ServerOptions options;
  RequestParser parser(options);
  const std::string request =
      Post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\nHost: evil\r\n\r\nNEXT");
  std::string_view rest = request;
  while (parser.progress() != RequestParser::Progress::kComplete) {
    const std::size_t consumed = parser.Feed(rest);
    ASSERT_NE(consumed, 0u);
    rest.remove_prefix(consumed);
  }
  EXPECT_EQ(parser.request().body, "abcde");
  EXPECT_EQ(parser.request().Header("host"), "x");
  EXPECT_EQ(rest, "NEXT");
}

TEST(RequestParser, PutsTheAuthorityOfAnAbsoluteTargetInThePlaceOfHost) {
  const ServerOptions options;
  RequestParser parser(options);
  parser.Feed("GET HTTP://Other:81?q HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_EQ(parser.progress(), RequestParser::Progress::kComplete);
  EXPECT_EQ(parser.request().Header("host"), "Other:81");
  EXPECT_EQ(parser.request().path, "/");
  EXPECT_EQ(parser.request().query, "q");
}

TEST(RequestParser, RefusesMoreFieldsThanAllowed) {
  ServerOptions options;
  std::string fields(kHost);
  for (int i = 0; i < 499; ++i) fields += "a: b\r\n";
  RequestParser enough(options);
  enough.Feed(Get(fields));
  EXPECT_EQ(enough.progress(), RequestParser::Progress::kComplete);
  RequestParser too_many(options);
  too_many.Feed(Get(fields + "a: b\r\n"));
  EXPECT_EQ(too_many.refusal().status, 431);
}

TEST(RequestParser, RefusesARequestLineWithoutAVersionAsSoonAsItIsThere) {
  const ServerOptions options;
  RequestParser parser(options);
  parser.Feed("GET /\x7e\"\r\n");
  EXPECT_EQ(parser.refusal().status, 400);
  EXPECT_EQ(parser.refusal().text, "Bad HTTP request status line \"GET /~\"\"");
}

TEST(RequestParser, RefusesInTheWordsOfTheHandshakeWhereOnlyWebSocketIsSpoken) {
  struct Case {
    const char* request;
    int status;
    const char* text;
  };
  ServerOptions options;
  options.only_websocket = true;
  for (const Case& c : {Case{"GET / HTTP/1.0\r\n\r\n", 505, "Unsupported HTTP version \"HTTP/1.0\""},
                        Case{"GET / HTTP/2.0\r\n\r\n", 505, "Unsupported HTTP version \"HTTP/2.0\""},
                        Case{"GET / HTTP/1.1\r\nHost\r\n\r\n", 400,
                             "Error during parsing of HTTP status line / request headers : "}}) {
    RequestParser parser(options);
    parser.Feed(c.request);
    EXPECT_EQ(parser.refusal().status, c.status) << c.request;
    EXPECT_TRUE(parser.refusal().text.starts_with(c.text)) << parser.refusal().text;
  }
  RequestParser without_host(options);
  without_host.Feed("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(without_host.progress(), RequestParser::Progress::kComplete);  // the handshake says what is wrong
}

TEST(RequestParser, RefusesAnEndlessChunkHeader) {
  ServerOptions options;
  options.max_header_size = 100;
  RequestParser parser(options);
  FeedInSteps(parser, Post("Transfer-Encoding: chunked\r\n", "1;" + std::string(200, 'x')), 50);
  EXPECT_EQ(parser.refusal().status, 400);
}

TEST(RequestParser, KnowsWhetherTheConnectionMayBeUsedAgain) {
  struct Case {
    const char* request;
    bool keep_alive;
  };
  const ServerOptions options;
  for (const Case& c : {Case{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
                        Case{"GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", false},
                        Case{"GET / HTTP/1.0\r\n\r\n", false},
                        Case{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true}}) {
    RequestParser parser(options);
    parser.Feed(c.request);
    EXPECT_EQ(parser.keep_alive(), c.keep_alive) << c.request;
  }
}

}  // namespace
}  // namespace wampgate::http
