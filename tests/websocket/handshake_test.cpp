#include "websocket/handshake.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace wampgate::websocket {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::vector<std::string> kProtocols{"wamp.2.cbor.batched", "wamp.2.cbor", "wamp.2.json.batched",
                                          "wamp.2.json"};

http::Request Good() {
  http::Request request;
  request.method = "GET";
  request.target = "/ws";
  request.headers = {{"host", "example.com:8080"},
                     {"upgrade", "websocket"},
                     {"connection", "keep-alive, Upgrade"},
                     {"sec-websocket-version", "13"},
                     {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                     {"sec-websocket-protocol", "wamp.2.msgpack, wamp.2.json, wamp.2.cbor"}};
  request.wants_upgrade = true;
  return request;
}

http::Request With(std::string_view name, std::string value) {
  http::Request request = Good();
  std::erase_if(request.headers, [&](const auto& field) { return field.first == name; });
  request.headers.emplace_back(name, std::move(value));
  return request;
}
http::Request Without(std::string_view name) {
  http::Request request = With(name, "");
  request.headers.pop_back();
  return request;
}
http::Request WithMore(std::string name, std::string value) {
  http::Request request = Good();
  request.headers.emplace_back(std::move(name), std::move(value));
  return request;
}

/// "400 text" as it stands in the status line.
std::string StatusLine(const http::Request& request, const ServerOptions& options = {}) {
  const HandshakeOutcome outcome = AnswerHandshake(request, options, kProtocols);
  EXPECT_THAT(outcome.response, StartsWith("HTTP/1.1 "));
  EXPECT_EQ(outcome.accepted, outcome.status == 101);
  std::string line = outcome.response.substr(9, outcome.response.find("\r\n") - 9);
  if (!outcome.accepted) EXPECT_EQ(line, std::to_string(outcome.status) + " " + outcome.failure);
  return line;
}

TEST(AcceptKey, AnswersTheExampleOfTheRfc) {
  EXPECT_EQ(AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(AnswerHandshake, AnswersWithTheHeadersInTheirFixedOrder) {
  const HandshakeOutcome outcome = AnswerHandshake(Good(), {}, kProtocols);
  EXPECT_EQ(
      outcome.response,
      "HTTP/1.1 101 Switching Protocols\r\nServer: wampgate\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Protocol: wamp.2.json\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  EXPECT_EQ(outcome.subprotocol, "wamp.2.json");
  EXPECT_FALSE(outcome.deflate);
}

TEST(AnswerHandshake, ShowsTheVersionOnlyWhenAsked) {
  ServerOptions options;
  options.show_server_version = true;
  EXPECT_THAT(AnswerHandshake(Good(), options, kProtocols).response,
              HasSubstr("\r\nServer: wampgate/" WAMPGATE_VERSION "\r\n"));
}

TEST(AnswerHandshake, NegotiatesCompressionWhenConfigured) {
  ServerOptions options;
  const auto request = WithMore("sec-websocket-extensions", "permessage-deflate; client_max_window_bits");
  EXPECT_THAT(AnswerHandshake(request, options, kProtocols).response, Not(HasSubstr("Extensions")));
  options.deflate = DeflateOptions{.request_max_window_bits = 13};
  const HandshakeOutcome outcome = AnswerHandshake(request, options, kProtocols);
  EXPECT_THAT(
      outcome.response,
      HasSubstr("xOo=\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=13\r\n\r\n"));
  EXPECT_EQ(outcome.extensions, "permessage-deflate; client_max_window_bits=13");
  ASSERT_TRUE(outcome.deflate);
  EXPECT_EQ(outcome.deflate->inflate_window_bits, 13);
}

TEST(AnswerHandshake, RefusesIllegalOffersEvenWithoutCompression) {
  EXPECT_EQ(StatusLine(WithMore("sec-websocket-extensions", "permessage-deflate; x")),
            "400 illegal extension parameter 'x' for extension 'permessage-deflate'");
}

TEST(AnswerHandshake, JoinsRepeatedListHeaders) {
  auto request = With("sec-websocket-protocol", "foo");
  request.headers.emplace_back("sec-websocket-protocol", "wamp.2.cbor");
  EXPECT_EQ(AnswerHandshake(request, {}, kProtocols).subprotocol, "wamp.2.cbor");
}

TEST(AnswerHandshake, RefusesWithTheTextsOfTheSpec) {
  struct Case {
    http::Request request;
    const char* expected;
  };
  auto post = Good();
  post.method = "POST";
  auto fragment = Good();
  fragment.target = "/ws#here";
  const Case cases[] = {
      {post, "405 HTTP method \"POST\" not allowed"},
      {fragment, "400 HTTP requested resource contains a fragment identifier \"here\""},
      {Without("host"), "400 HTTP Host header missing in opening handshake request"},
      {WithMore("host", "b"), "400 HTTP Host header appears more than once in opening handshake request"},
      {With("host", "a:b"), "400 invalid port \"b\" in HTTP Host header \"a:b\""},
      {With("upgrade", "h2c"),
       "400 HTTP Upgrade headers do not include \"websocket\" value (case-insensitive): \"h2c\""},
      {Without("connection"), "400 HTTP Connection header missing"},
      {With("connection", "keep-alive"),
       "400 HTTP Connection headers do not include \"upgrade\" value (case-insensitive): \"keep-alive\""},
      {Without("sec-websocket-version"), "400 WebSocket connection denied - Hixie76 protocol not supported."},
      {WithMore("sec-websocket-version", "8"),
       "400 HTTP Sec-WebSocket-Version header appears more than once in opening handshake request"},
      {With("sec-websocket-version", "13x"),
       "400 could not parse HTTP Sec-WebSocket-Version header \"13x\" in opening handshake request"},
      {With("sec-websocket-version", "7"),
       "400 WebSocket version 7 not supported (supported versions: 13,8)"},
      {With("sec-websocket-protocol", "a, b,a"),
       "400 duplicate protocol \"a\" specified in HTTP Sec-WebSocket-Protocol header"},
      {WithMore("origin", "nohost"), "400 HTTP Origin header invalid: No host part in Origin 'nohost'"},
      {Without("sec-websocket-key"), "400 HTTP Sec-WebSocket-Key header missing"},
      {WithMore("sec-websocket-key", "x"),
       "400 HTTP Sec-WebSocket-Key header appears more than once in opening handshake request"},
      {With("sec-websocket-key", "short=="),
       "400 bad Sec-WebSocket-Key (length must be 24 ASCII chars) \"short==\""},
      {With("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=a"),
       "400 bad Sec-WebSocket-Key (invalid base64 encoding) \"dGhlIHNhbXBsZSBub25jZQ=a\""},
      {With("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZ-=="),
       "400 bad character \"-\" in Sec-WebSocket-Key (invalid base64 encoding) \"dGhlIHNhbXBsZSBub25jZ-==\""},
      {With("sec-websocket-extensions", "a;;"),
       "400 illegal syntax in Sec-WebSocket-Extensions at position 2"},
      {With("sec-websocket-protocol", "wamp.2.msgpack"),
       "400 This server only speaks WebSocket subprotocols wamp.2.cbor.batched, wamp.2.cbor, "
       "wamp.2.json.batched, "
       "wamp.2.json"},
  };
  for (const auto& [request, expected] : cases) EXPECT_EQ(StatusLine(request), expected);
}

TEST(AnswerHandshake, ChecksInTheOrderOfTheSpec) {
  // Everything is wrong; mending one thing after the other shows the next complaint.
  http::Request request;
  request.method = "PUT";
  request.target = "/#f";
  request.headers = {{"upgrade", "x"},
                     {"connection", "x"},
                     {"sec-websocket-version", "1"},
                     {"sec-websocket-protocol", "a,a"},
                     {"origin", "x"},
                     {"sec-websocket-extensions", ";"}};
  const auto set = [&](const char* name, const char* value) {
    std::erase_if(request.headers, [&](const auto& field) { return field.first == name; });
    request.headers.emplace_back(name, value);
  };
  std::vector<std::string> seen;
  const auto look = [&] { seen.push_back(StatusLine(request).substr(4, 22)); };
  look(), request.method = "GET";
  look(), request.target = "/";
  look(), set("host", "h");
  look(), set("upgrade", "WebSocket");
  look(), set("connection", "upgrade");
  look(), set("sec-websocket-version", "13");
  look(), set("sec-websocket-protocol", "a");
  look(), set("origin", "http://h");
  look(), set("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
  look(), set("sec-websocket-extensions", "foo");
  look(), set("sec-websocket-protocol", "wamp.2.json");
  look();
  EXPECT_THAT(seen, ::testing::ElementsAre(
                        "HTTP method \"PUT\" not ", "HTTP requested resourc", "HTTP Host header missi",
                        "HTTP Upgrade headers d", "HTTP Connection header", "WebSocket version 1 no",
                        "duplicate protocol \"a\"", "HTTP Origin header inv", "HTTP Sec-WebSocket-Key",
                        "illegal syntax in Sec-", "This server only speak", "Switching Protocols"));
}

TEST(AnswerHandshake, NamesItsVersionsToAClientOfAnother) {
  ServerOptions options;
  EXPECT_THAT(AnswerHandshake(With("sec-websocket-version", "14"), options, kProtocols).response,
              HasSubstr("\r\nSec-WebSocket-Version: 13,8\r\n\r\n"));
  EXPECT_EQ(StatusLine(With("sec-websocket-version", "8"), options), "101 Switching Protocols");
  options.enable_hybi10 = false;
  EXPECT_EQ(StatusLine(With("sec-websocket-version", "8"), options),
            "400 WebSocket version 8 not supported (supported versions: 13)");
  options = {};
  options.enable_rfc6455 = false;
  EXPECT_EQ(StatusLine(Good(), options), "400 WebSocket version 13 not supported (supported versions: 8)");
}

TEST(AnswerHandshake, ChecksThePortOnlyAgainstAnExternalPort) {
  ServerOptions options;
  options.external_port = 443;
  EXPECT_EQ(
      StatusLine(Good(), options),
      "400 port 8080 in HTTP Host header \"example.com:8080\" does not match server listening port 443");
  EXPECT_EQ(StatusLine(With("host", "example.com:443"), options), "101 Switching Protocols");
  EXPECT_EQ(StatusLine(With("host", "example.com"), options), "101 Switching Protocols");
  EXPECT_EQ(StatusLine(With("host", "[::1]"), options), "101 Switching Protocols");
  EXPECT_EQ(StatusLine(With("host", "[::1]:443"), options), "101 Switching Protocols");
}

TEST(AnswerHandshake, LetsAllowedOriginsIn) {
  ServerOptions options;
  options.allowed_origins = {"https://*.example.com"};
  EXPECT_EQ(StatusLine(Good(), options), "101 Switching Protocols");  // no Origin: not a browser
  EXPECT_EQ(StatusLine(WithMore("origin", "https://www.example.com"), options), "101 Switching Protocols");
  EXPECT_EQ(StatusLine(WithMore("origin", "https://www.example.org"), options),
            "400 WebSocket connection denied: origin 'https://www.example.org' not allowed");
  EXPECT_EQ(StatusLine(WithMore("origin", "null"), options), "101 Switching Protocols");
  options.allow_null_origin = false;
  EXPECT_EQ(StatusLine(WithMore("origin", "null"), options),
            "400 WebSocket connection denied: origin 'null' not allowed");
  EXPECT_EQ(StatusLine(WithMore("origin", "file:///x.html"), options),
            "400 WebSocket connection denied: origin 'file:///x.html' not allowed");
  options.allowed_origins = {};
  EXPECT_THAT(StatusLine(WithMore("origin", "https://www.example.com"), options), StartsWith("400"));
}

TEST(AnswerHandshake, ReadsTheOriginOfVersion8FromItsOwnHeader) {
  ServerOptions options;
  options.allowed_origins = {};
  auto request = With("sec-websocket-version", "8");
  request.headers.emplace_back("origin", "http://a");
  EXPECT_EQ(StatusLine(request, options), "101 Switching Protocols");
  request.headers.emplace_back("sec-websocket-origin", "http://a");
  EXPECT_THAT(StatusLine(request, options), HasSubstr("origin 'http://a' not allowed"));
}

TEST(AnswerHandshake, TakesAClientWithoutSubprotocolWhereNoneIsRequired) {
  ServerOptions options;
  options.require_websocket_subprotocol = false;
  for (const auto& request : {Without("sec-websocket-protocol"), With("sec-websocket-protocol", "foo")}) {
    const HandshakeOutcome outcome = AnswerHandshake(request, options, kProtocols);
    EXPECT_TRUE(outcome.accepted);
    EXPECT_EQ(outcome.subprotocol, "");
    EXPECT_THAT(outcome.response, Not(HasSubstr("Sec-WebSocket-Protocol")));
  }
  const std::vector<std::string> no_json{"wamp.2.cbor"};
  EXPECT_EQ(AnswerHandshake(Without("sec-websocket-protocol"), options, no_json).status, 500);
}

TEST(AnswerHandshake, QuotesNothingThatCouldSplitTheResponse) {
  const std::string line =
      StatusLine(With("upgrade", std::string("a\x01\xff\r\nX: y") + std::string(5000, 'z')));
  EXPECT_THAT(line, HasSubstr("\"a????X: yzzz"));
  EXPECT_LT(line.size(), 400u);
}

TEST(AnswerPlainRequest, ShowsAPageThatLeaksNothing) {
  auto request = Without("upgrade");
  request.peer = "tcp4:10.1.2.3:999";
  request.query = "redirect=https://evil.example";
  const std::string page = AnswerPlainRequest(request, {}, kProtocols);
  EXPECT_THAT(page,
              StartsWith("HTTP/1.1 200 OK\r\nServer: wampgate\r\nContent-Type: text/html; charset=UTF-8\r\n"
                         "Content-Length: "));
  EXPECT_THAT(page, HasSubstr("wamp.2.json.batched"));
  for (const char* leak : {"10.1.2.3", "evil", "Location", WAMPGATE_VERSION, "pid"})
    EXPECT_THAT(page, Not(HasSubstr(leak)));
  const std::size_t body = page.find("\r\n\r\n") + 4;
  EXPECT_THAT(page, HasSubstr("Content-Length: " + std::to_string(page.size() - body) + "\r\n"));
  request.method = "HEAD";
  EXPECT_EQ(AnswerPlainRequest(request, {}, kProtocols), page.substr(0, body));
}

TEST(AnswerPlainRequest, ChecksTheHostFirst) {
  auto request = Without("upgrade");
  request.headers.erase(request.headers.begin());
  EXPECT_THAT(AnswerPlainRequest(request, {}, kProtocols),
              StartsWith("HTTP/1.1 400 HTTP Host header missing in opening handshake request\r\n"));
}

TEST(AnswerPlainRequest, Answers426WithoutAStatusPage) {
  ServerOptions options;
  options.enable_webstatus = false;
  EXPECT_THAT(AnswerPlainRequest(Without("upgrade"), options, kProtocols),
              StartsWith("HTTP/1.1 426 HTTP Upgrade header missing\r\n"));
  auto put = Without("upgrade");
  put.method = "PUT";
  for (const ServerOptions& each : {ServerOptions(), options}) {
    EXPECT_THAT(AnswerPlainRequest(put, each, kProtocols),
                StartsWith("HTTP/1.1 405 HTTP method \"PUT\" not allowed\r\n"));
  }
}

}  // namespace
}  // namespace wampgate::websocket
