#include <gtest/gtest.h>

#include <string>

#include "config/one_transport.hpp"

namespace wampgate::config {
namespace {

template <typename Service>
Service ServiceOf(const std::string& path) {
  const auto web = ProtocolOf<WebTransport>(LoadTransport(R"("type":"web","paths":{"p":{)" + path + "}}"));
  return web.root.paths.empty() ? Service() : std::get<Service>(web.root.paths.at("p").service);
}
std::string PathProblems(const std::string& path, const Environment& environment = TestEnvironment()) {
  return ProblemsOf(LoadTransport(R"("type":"web","paths":{"p":{)" + path + "}}", environment));
}
const std::string kPath = "workers[0].transports[0].paths.p";

TEST(ResolveTransport, GivesEachProtocolItsDefaults) {
  EXPECT_EQ(ProtocolOf<WebTransport>(LoadTransport(R"("type":"web","paths":{"p":{"type":"none"}})")).options,
            http::ServerOptions());
  EXPECT_EQ(ProtocolOf<RawSocketTransport>(LoadTransport(R"("type":"rawsocket")")).options,
            rawsocket::ServerOptions());
  const auto websocket = ProtocolOf<WampWebSocket>(LoadTransport(R"("type":"websocket")"));
  EXPECT_EQ(websocket.options, websocket::ServerOptions());
  EXPECT_EQ(websocket.serializers,
            (std::vector{wamp::Serializer::kCbor, wamp::Serializer::kMsgpack, wamp::Serializer::kJson}));
  EXPECT_FALSE(websocket.auth);
}

TEST(ResolveTransport, TakesWebOptions) {
  const auto options =
      ProtocolOf<WebTransport>(LoadTransport(R"("type":"web","paths":{"p":{"type":"none"}},"options":{
      "access_log":true,"hsts":true,"hsts_max_age":0,"client_timeout":null,"header_timeout":0,"max_header_size":2048,
      "max_body_size":0,"show_server_version":true})"))
          .options;
  http::ServerOptions expected;
  expected.access_log = expected.hsts = expected.show_server_version = true;
  expected.hsts_max_age = std::chrono::seconds(0);
  expected.client_timeout = std::nullopt;
  expected.header_timeout = std::chrono::milliseconds(0);
  expected.max_header_size = 2048;
  expected.max_body_size = 0;
  EXPECT_EQ(options, expected);
}

TEST(ResolveTransport, TakesEveryWebSocketOption) {
  const auto options =
      ProtocolOf<WampWebSocket>(LoadTransport(R"("type":"websocket","options":{"allowed_origins":[],
      "allow_null_origin":false,"external_port":443,"enable_hybi10":false,"enable_rfc6455":false,
      "open_handshake_timeout":2500,"close_handshake_timeout":0,"enable_webstatus":false,"validate_utf8":false,
      "mask_server_frames":true,"require_masked_client_frames":false,"apply_mask":false,"max_frame_size":1,
      "max_message_size":2,"auto_fragment_size":3,"fail_by_drop":true,"echo_close_codereason":true,
      "tcp_nodelay":false,"auto_ping_interval":10000,"auto_ping_timeout":5000,"auto_ping_size":125,
      "auto_ping_restart_on_any_traffic":false,"require_websocket_subprotocol":false,"show_server_version":true,
      "compression":{"deflate":{"request_no_context_takeover":true,"request_max_window_bits":8,
      "no_context_takeover":false,"max_window_bits":13,"memory_level":5}}})"))
          .options;
  websocket::ServerOptions expected;
  expected.allowed_origins = {};
  expected.allow_null_origin = expected.enable_hybi10 = expected.enable_rfc6455 = expected.enable_webstatus =
      false;
  expected.external_port = 443;
  expected.open_handshake_timeout = std::chrono::milliseconds(2500);
  expected.require_websocket_subprotocol = false;
  expected.show_server_version = true;
  expected.connection = {.validate_utf8 = false,
                         .require_masked = false,
                         .mask = true,
                         .apply_mask = false,
                         .max_frame_size = 1,
                         .max_message_size = 2,
                         .auto_fragment_size = 3,
                         .fail_by_drop = true,
                         .echo_close_codereason = true,
                         .tcp_nodelay = false,
                         .close_handshake_timeout = std::chrono::milliseconds(0),
                         .ping = {std::chrono::seconds(10), std::chrono::seconds(5), 125, false}};
  expected.deflate = websocket::DeflateOptions{true, 9, false, 13, 5};
  EXPECT_EQ(options, expected);
}

TEST(ResolveTransport, ChecksTheRangesOfWebSocketOptions) {
  EXPECT_EQ(ProblemsOf(LoadTransport(
                R"("type":"websocket","options":{"open_handshake_timeout":999,"auto_ping_size":11,
      "max_frame_size":67108865,"external_port":0,"compression":{"deflate":{"max_window_bits":7,
      "request_max_window_bits":16,"memory_level":0}}})")),
            "workers[0].transports[0].options.open_handshake_timeout: expected an integer from 1000 to "
            "2147483647 or 0 "
            "(milliseconds), found 999\n"
            "workers[0].transports[0].options.auto_ping_size: expected an integer from 12 to 125, found 11\n"
            "workers[0].transports[0].options.max_frame_size: expected an integer from 0 to 67108864, found "
            "67108865\n"
            "workers[0].transports[0].options.external_port: expected an integer from 1 to 65535, found 0\n"
            "workers[0].transports[0].options.compression.deflate.max_window_bits: expected an integer from "
            "8 to 15, "
            "found 7\n"
            "workers[0].transports[0].options.compression.deflate.request_max_window_bits: expected an "
            "integer from 8 "
            "to 15 or 0, found 16\n"
            "workers[0].transports[0].options.compression.deflate.memory_level: expected an integer from 1 "
            "to 9, found "
            "0\n");
}

TEST(ResolveTransport, WarnsWhenNoVersionOfWebSocketIsLeft) {
  const auto problems = [](const std::string& options) {
    return ProblemsOf(LoadTransport(R"("type":"websocket","options":{)" + options + "}"));
  };
  EXPECT_EQ(
      problems(R"("enable_hybi10":false,"enable_rfc6455":false)"),
      "warning: workers[0].transports[0].options.enable_rfc6455: no client can connect: enable_hybi10 is "
      "off too, which leaves no version of the protocol\n");
  EXPECT_EQ(problems(R"("enable_hybi10":false)"), "");
}

TEST(ResolveTransport, TakesTheMessageSizeOfRawSocketsInBothPlaces) {
  const auto size = [](const std::string& fields) {
    return ProtocolOf<RawSocketTransport>(LoadTransport(R"("type":"rawsocket",)" + fields))
        .options.max_message_size;
  };
  EXPECT_EQ(size(R"("max_message_size":512)"), 512u);
  EXPECT_EQ(size(R"("options":{"max_message_size":1024})"), 1024u);
  EXPECT_EQ(size(R"("max_message_size":512,"options":{"max_message_size":1024})"), 1024u);
  EXPECT_EQ(ProblemsOf(LoadTransport(R"("type":"rawsocket","options":{"max_message_size":100})")),
            "workers[0].transports[0].options.max_message_size: expected an integer from 512 to 16777216, "
            "found 100\n");
}

TEST(ResolveTransport, NeedsASerializer) {
  EXPECT_EQ(ProblemsOf(LoadTransport(R"("type":"rawsocket","serializers":[])")),
            "workers[0].transports[0].serializers: no valid WAMP serializers specified\n");
  const auto raw =
      ProtocolOf<RawSocketTransport>(LoadTransport(R"("type":"rawsocket","serializers":["json","json"])"));
  EXPECT_EQ(raw.options.serializers, std::vector{wamp::Serializer::kJson});
}

TEST(ResolveAuth, TakesAnonymousAndProxies) {
  const auto raw =
      ProtocolOf<RawSocketTransport>(LoadTransport(R"("type":"rawsocket","auth":{"anonymous":{"type":"static",
      "role":"user","authid":"me","realm":"realm1"},"anonymous-proxy":{}})"));
  auth::Options expected;
  expected.anonymous = auth::AnonymousOptions{.role = "user", .authid = "me", .realm = "realm1"};
  expected.anonymous_proxy = true;
  EXPECT_EQ(raw.auth, expected);
  EXPECT_FALSE(raw.transparent);
}

TEST(ResolveAuth, TrustsProxiesOnUnixSocketsOnly) {
  EXPECT_EQ(ProblemsOf(LoadTransport(R"("type":"websocket","auth":{"anonymous-proxy":{"type":"static"}})")),
            "warning: "
            "workers[0].routes: no routes: clients that wampgate authenticates find no realm to join\n");
  const Loaded tcp = LoadText(R"({"workers":[{"type":"router","realms":[{"name":"realm1","roles":[{"name":"a",
      "permissions":[{"uri":""}]}]}],"transports":[{"type":"rawsocket","endpoint":{"type":"tcp","port":1},
      "auth":{"anonymous-proxy":{}}}]}]})",
                              Format::kJson, TestEnvironment());
  EXPECT_EQ(
      ProblemsOf(tcp),
      "workers[0].transports[0].auth.anonymous-proxy: only allowed on endpoints of type \"unix\": whoever "
      "connects there may claim to be anybody\n");
}

TEST(ResolveAuth, WarnsWhereNobodyCanJoin) {
  EXPECT_NE(ProblemsOf(LoadTransport(R"("type":"rawsocket","auth":{})"))
                .find("warning: workers[0].transports[0].auth: no authentication method is configured"),
            std::string::npos);
}

TEST(ResolvePath, TakesStaticFiles) {
  const auto options = ServiceOf<web::StaticOptions>(R"("type":"static","directory":"../web/","options":{
      "enable_directory_listing":true,"mime_types":{".min.js":"text/x"},"cache_timeout":null,"default_file":"a/b",
      "follow_symlinks":true})");
  web::StaticOptions expected;
  expected.directory = "/web";
  expected.enable_directory_listing = expected.follow_symlinks = true;
  expected.mime_types = {{".min.js", "text/x"}};
  expected.cache_timeout = std::nullopt;
  expected.default_file = "a/b";
  EXPECT_EQ(options, expected);
  EXPECT_EQ(ServiceOf<web::StaticOptions>(R"("type":"static","directory":"w","options":{"cache_timeout":0})")
                .cache_timeout,
            0);
}

TEST(ResolvePath, WarnsOfDirectoriesThatAreMissingOrTellTooMuch) {
  Environment environment = TestEnvironment();
  environment.is_directory = [](const std::string& path) { return path != "/node/web"; };
  EXPECT_EQ(
      PathProblems(R"("type":"static","directory":"web")", environment),
      "warning: " + kPath + ".directory: \"/node/web\" is not a directory: requests get 404 until it is\n");
  EXPECT_EQ(PathProblems(R"("type":"static","directory":".")"),
            "warning: " + kPath +
                ".directory: \"/node\" holds the node directory: everybody can read the node's files\n");
  EXPECT_NE(PathProblems(R"("type":"static","directory":"/")"), "");
  EXPECT_EQ(PathProblems(R"("type":"static","directory":"../node2")"), "");
  EXPECT_EQ(PathProblems(R"("type":"static","directory":"w","options":{"default_file":"../x"})"),
            kPath + ".options.default_file: expected a file below `directory`, found \"../x\"\n");
}

TEST(ResolvePath, TakesJsonAsItIsWritten) {
  const auto json =
      ServiceOf<web::JsonOptions>(R"("type":"json","value":{"z":18446744073709551615,"a":[1.50,null]},
      "options":{"prettify":true,"allow_cross_origin":false,"discourage_caching":true})");
  EXPECT_EQ(json.compact, R"({"z":18446744073709551615,"a":[1.50,null]})");
  EXPECT_EQ(json.pretty, "{\n   \"z\": 18446744073709551615,\n   \"a\": [\n      1.50,\n      null\n   ]\n}");
  EXPECT_TRUE(json.prettify && !json.allow_cross_origin && json.discourage_caching);
  EXPECT_EQ(ServiceOf<web::JsonOptions>(R"("type":"json","value":null)").compact, "null");
  EXPECT_EQ(PathProblems(R"("type":"json")"), kPath + ".value: missing; expected any JSON value\n");
}

TEST(ResolvePath, TakesARedirect) {
  EXPECT_EQ(ServiceOf<web::RedirectOptions>(R"("type":"redirect","url":"/x?y#z")").url, "/x?y#z");
  EXPECT_EQ(PathProblems(R"("type":"redirect","url":"a\r\nb")"),
            kPath +
                ".url: expected a URL without spaces and other than ASCII characters, found "
                "\"a\\u000d\\u000ab\"\n");
}

TEST(ResolvePath, ChecksKeysAndUrls) {
  EXPECT_EQ(ProblemsOf(LoadTransport(R"("type":"web","paths":{"a/b":{"type":"none"},"c":{"type":"websocket",
      "url":"http://x"},"d":{"type":"websocket","url":"ws://x/?y"}})")),
            "workers[0].transports[0].paths[\"a/b\"]: invalid value \"a/b\" for path - must match regular "
            "expression "
            "^([a-z0-9A-Z_\\-]+|/)$; deeper URLs are nested paths of type \"path\"\n"
            "workers[0].transports[0].paths.c.url: expected a URL that begins with ws:// or wss://, found "
            "\"http://x\"\n"
            "workers[0].transports[0].paths.d.url: expected a URL without a query, found \"ws://x/?y\"\n");
}

TEST(ResolvePath, TakesAnArchive) {
  const std::string hash(64, 'A');
  const auto archive = ServiceOf<web::ArchiveOptions>(
      R"("type":"archive","archive":"lib.zip","origin":"https://x/lib.zip","download":true,"cache":true,
      "default_object":"index.html","object_prefix":"lib-1.0/","mime_types":{".jgz":"text/javascript"},"hashes":[")" +
      hash +
      R"("],"options":{"default_file":"a/b","cache_timeout":null,"max_archive_size":1000,"max_object_size":10,
      "download_timeout":2000})");
  web::ArchiveOptions expected;
  expected.source.file = "/node/lib.zip";
  expected.source.origin = "https://x/lib.zip";
  expected.source.hashes = {std::string(64, 'a')};
  expected.source.limits = {.archive = 1000, .object = 10};
  expected.source.download_timeout = std::chrono::seconds(2);
  expected.cache = true;
  expected.default_object = "index.html";
  expected.object_prefix = "lib-1.0";
  expected.mime_types = {{".jgz", "text/javascript"}};
  expected.default_file = "a/b";
  expected.cache_timeout = std::nullopt;
  EXPECT_EQ(archive, expected);
  const auto least = ServiceOf<web::ArchiveOptions>(R"("type":"archive","archive":"/x/lib.zip")");
  expected = {};
  expected.source.file = "/x/lib.zip";
  EXPECT_EQ(least, expected);
}

TEST(ResolvePath, ComplainsOfArchives) {
  const std::string type = R"("type":"archive","archive":"lib.zip",)";
  EXPECT_EQ(PathProblems(type + R"("download":true)"),
            kPath + ".origin: missing; `download` needs the URL to fetch the archive from\n");
  EXPECT_EQ(PathProblems(type + R"("download":true,"origin":"ftp://x")"),
            kPath +
                ".origin: expected a URL that begins with http:// or https:// and has no spaces, found "
                "\"ftp://x\"\n");
  EXPECT_EQ(PathProblems(type + R"("origin":"http://x")"),
            "warning: " + kPath + ".origin: has no effect without \"download\": true\n");
  EXPECT_EQ(PathProblems(type + R"("download":true,"origin":"http://x")"),
            "warning: " + kPath + ".hashes: missing: whatever is downloaded is served, unverified\n");
  EXPECT_EQ(PathProblems(type + R"("hashes":["12"],"object_prefix":"../x","default_object":"/etc/passwd")"),
            kPath + ".hashes[0]: expected a SHA-256 as 64 hexadecimal digits, found \"12\"\n" + kPath +
                ".object_prefix: expected a path within the archive, found \"../x\"\n" + kPath +
                ".default_object: expected a path within the archive, found \"/etc/passwd\"\n");
}

TEST(ResolvePath, TakesAReverseProxyOfWebSockets) {
  const auto tunnel =
      ServiceOf<proxy::TunnelOptions>(R"("type":"websocket-reverseproxy","url":"ws://public/x",
      "options":{"max_message_size":1000},"backend":{"type":"websocket","id":"b","url":"ws://inside:81/base?k=1",
      "endpoint":{"type":"unix","path":"b.sock"},"join_timeout":2000,"headers":{"X-Key":"1"},
      "options":{"max_message_size":2000,"auto_ping_interval":5000,"compression":{"deflate":{}}}})");
  EXPECT_EQ(tunnel.name, "workers/edge/transports/one/paths/p");
  EXPECT_EQ(tunnel.connect_timeout, std::chrono::seconds(2));
  EXPECT_EQ(std::get<net::UnixConnect>(tunnel.endpoint).path, "/node/b.sock");
  EXPECT_EQ(tunnel.client.host, "inside:81");
  EXPECT_EQ(tunnel.client.target, "/base?k=1");
  EXPECT_TRUE(tunnel.client.subprotocols.empty()) << "the client's are offered";
  EXPECT_EQ(tunnel.client.headers.size(), 1u);
  EXPECT_TRUE(tunnel.client.deflate);
  EXPECT_FALSE(tunnel.server.deflate);
  EXPECT_TRUE(tunnel.server.show_server_version) << "spec 2.2.19";
  EXPECT_EQ(tunnel.server.connection.max_message_size, 1000u);
  EXPECT_EQ(tunnel.client.connection.max_message_size, 2000u);
  EXPECT_EQ(tunnel.client.connection.ping.interval, std::chrono::seconds(5));
}

TEST(ResolvePath, ComplainsOfReverseProxiesOfWebSockets) {
  const std::string type = R"("type":"websocket-reverseproxy",)";
  EXPECT_EQ(PathProblems(R"("type":"websocket-reverseproxy")").find(kPath + ".backend: missing"), 0u);
  EXPECT_EQ(PathProblems(type + R"("backend":{"endpoint":{"type":"unix","path":"b"}})"),
            kPath + ".backend.url: Transport requires 'url' key; expected \"ws://host[:port][/path]\"\n");
  EXPECT_EQ(PathProblems(type + R"("backend":{"type":"rawsocket","endpoint":{"type":"unix","path":"b"}})"),
            kPath + ".backend.type: expected \"websocket\": messages of WebSocket clients are passed on\n");
  EXPECT_EQ(
      PathProblems(
          type +
          R"("backend":{"url":"ws://x","serializers":["json"],"endpoint":{"type":"unix","path":"b"}})"),
      "warning: " + kPath +
          ".backend.serializers: has no effect here: the subprotocols that clients ask for are passed on\n");
}

TEST(ResolvePath, RefusesWebSocketProxyInRouters) {
  const Loaded loaded =
      LoadText(R"({"workers":[{"type":"router","realms":[{"name":"realm1","roles":[{"name":"a",
      "permissions":[{"uri":""}]}]}],"transports":[{"type":"web","endpoint":{"type":"tcp","port":1},"paths":{"p":{
      "type":"websocket-proxy","backends":[{"type":"rawsocket","endpoint":{"type":"unix","path":"r"}}]}}}]}]})",
               Format::kJson, TestEnvironment());
  EXPECT_EQ(ProblemsOf(loaded),
            kPath + ".type: \"websocket-proxy\" is for workers of type \"proxy\"; use \"websocket\"\n");
}

}  // namespace
}  // namespace wampgate::config
