#include <gtest/gtest.h>

#include <string>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"

namespace wampgate::config {
namespace {

const std::string kUnix = R"("endpoint":{"type":"unix","path":"r.sock"})";
const std::string kRaw = R"({"type":"rawsocket",)" + kUnix + "}";

Loaded LoadWorker(const std::string& fields) {
  return LoadText(R"({"workers":[{"type":"proxy",)" + fields + "}]}", Format::kJson, TestEnvironment());
}
std::string ProblemsOf(Loaded loaded) {
  for (Problem& problem : loaded.problems) problem.line = problem.column = 0;
  return AllOf(loaded.problems);
}
std::string WithPaths(const std::string& paths) {
  return R"("transports":[{"type":"web","id":"web","endpoint":{"type":"tcp","port":80},"paths":{)" + paths +
         "}}]";
}
/// The one backend of a connection with this transport.
proxy::BackendOptions BackendOf(const std::string& transport) {
  const Loaded loaded = LoadWorker(R"("connections":{"c":{"transport":)" + transport + "}}");
  EXPECT_TRUE(loaded.node) << AllOf(loaded.problems);
  return loaded.node ? loaded.node->workers[0].backends.at("c") : proxy::BackendOptions();
}
websocket::ClientOptions ClientOf(const std::string& options) {
  const auto backend = BackendOf(R"({"type":"websocket",)" + kUnix +
                                 R"(,"url":"ws://localhost","options":{)" + options + "}}");
  const auto* websocket = std::get_if<proxy::BackendOptions::WebSocket>(&backend.transport);
  return websocket == nullptr ? websocket::ClientOptions() : websocket->options;
}
const WampWebSocket& WebSocketAt(const Loaded& loaded, const std::string& path) {
  const auto& web = std::get<WebTransport>(loaded.node->workers[0].transports[0].protocol);
  return std::get<WampWebSocket>(web.root.paths.at(path).service);
}

TEST(ResolveBackend, GivesARawSocketItsDefaults) {
  const auto backend = BackendOf(kRaw);
  EXPECT_EQ(backend.id, "c");
  EXPECT_EQ(backend.name, "workers/worker001/backends/c");
  EXPECT_EQ(backend.join_timeout, std::chrono::seconds(10));
  net::UnixConnect endpoint;
  endpoint.path = "/node/r.sock";
  EXPECT_EQ(backend.endpoint, net::ConnectEndpoint(endpoint));
  EXPECT_EQ(std::get<rawsocket::ClientOptions>(backend.transport), rawsocket::ClientOptions());
}

TEST(ResolveBackend, TakesHostAndTargetFromTheUrl) {
  const auto client = [](const std::string& url) {
    const auto backend = BackendOf(R"({)" + kUnix + R"(,"url":")" + url + "\"}");
    return std::get<proxy::BackendOptions::WebSocket>(backend.transport);
  };
  EXPECT_EQ(client("ws://localhost").options.host, "localhost");
  EXPECT_EQ(client("ws://localhost").options.target, "/");
  EXPECT_EQ(client("ws://example.com:8080/ws/x?y=1").options.host, "example.com:8080");
  EXPECT_EQ(client("ws://example.com:8080/ws/x?y=1").options.target, "/ws/x?y=1");
  EXPECT_EQ(client("ws://[::1]:80?q").options.host, "[::1]");
  EXPECT_EQ(client("ws://[::1]:80?q").options.target, "/?q");
  const auto defaults = client("ws://localhost");
  EXPECT_EQ(defaults.serializers, (std::vector{wamp::Serializer::kCbor, wamp::Serializer::kJson}));
  EXPECT_EQ(defaults.options.subprotocols, (std::vector<std::string>{"wamp.2.cbor", "wamp.2.json"}));
}

TEST(ResolveBackend, RefusesUrlsItCannotUse) {
  const auto problems = [](const std::string& url) {
    return ProblemsOf(LoadWorker(R"("connections":{"c":{"transport":{)" + kUnix + url + "}}}," +
                                 WithPaths(R"("a":{"type":"none"})")));
  };
  const std::string at = "workers[0].connections.c.transport.url: ";
  EXPECT_EQ(problems(""), at + "Transport requires 'url' key; expected \"ws://host[:port][/path]\"\n");
  EXPECT_EQ(problems(R"(,"url":"http://x")"),
            at + "expected a URL that begins with ws:// or wss://, found \"http://x\"\n");
  EXPECT_EQ(problems(R"(,"url":"wss://x")"),
            "warning: workers[0].connections.c.transport.endpoint: no TLS is spoken over a Unix socket, "
            "though the URL "
            "begins with wss://\n");
  for (const char* bad :
       {"ws://", "ws://:80", "ws://x:0", "ws://x:65536", "ws://x:", "ws://[::1", "ws://a@b", "ws://[::1]x"}) {
    EXPECT_EQ(problems(std::string(R"(,"url":")") + bad + "\""),
              at + "expected a URL with a host and, if any, a port from 1 to 65535, found \"" + bad + "\"\n");
  }
  EXPECT_EQ(problems(R"(,"url":"ws://x/#y")"),
            at + "expected a URL without a fragment, found \"ws://x/#y\"\n");
}

TEST(ResolveBackend, TakesBothDialectsOfClientOptions) {
  const auto seconds =
      ClientOf(R"("openHandshakeTimeout":2.5,"close_handshake_timeout":0,"auto_ping_interval":10,
      "auto_ping_timeout":5.25,"max_frame_payload_size":100,"maxMessagePayloadSize":200,"tcp_no_delay":false,
      "utf8validate_incoming":false,"echo_close_code_reason":true,"fail_by_drop":false,"mask_client_frames":false)");
  EXPECT_EQ(seconds.open_handshake_timeout, std::chrono::milliseconds(2500));
  EXPECT_EQ(seconds.connection.close_handshake_timeout, std::chrono::milliseconds(0));
  EXPECT_EQ(seconds.connection.ping.interval, std::chrono::seconds(10));
  EXPECT_EQ(seconds.connection.ping.timeout, std::chrono::milliseconds(5250));
  EXPECT_EQ(seconds.connection.max_frame_size, 100u);
  EXPECT_EQ(seconds.connection.max_message_size, 200u);
  EXPECT_FALSE(seconds.connection.tcp_nodelay);
  EXPECT_FALSE(seconds.connection.validate_utf8);
  EXPECT_TRUE(seconds.connection.echo_close_codereason);
  EXPECT_FALSE(seconds.connection.fail_by_drop);
  EXPECT_FALSE(seconds.connection.mask);
  const auto milliseconds = ClientOf(R"("open_handshake_timeout":2500,"auto_ping_interval":10000)");
  EXPECT_EQ(milliseconds.open_handshake_timeout, std::chrono::milliseconds(2500));
  EXPECT_EQ(milliseconds.connection.ping.interval, std::chrono::seconds(10));
  websocket::ClientOptions defaults;
  defaults.host = "localhost";
  defaults.subprotocols = {"wamp.2.cbor", "wamp.2.json"};
  EXPECT_EQ(ClientOf(""), defaults);
}

TEST(ResolveBackend, RefusesBadHeaders) {
  EXPECT_EQ(ProblemsOf(LoadWorker(R"("connections":{"c":{"transport":{)" + kUnix +
                                  R"(,"url":"ws://x","headers":{"a b":"c","D":"e\r\nf"}}}},)" +
                                  WithPaths(R"("a":{"type":"none"})"))),
            "workers[0].connections.c.transport.headers[\"a b\"]: expected the name of an HTTP header\n"
            "workers[0].connections.c.transport.headers.D: a header's value has no control characters\n");
}

TEST(ResolveBackend, JoinsAnonymouslyOnlyOverUnixSockets) {
  EXPECT_EQ(
      ProblemsOf(LoadWorker(R"("connections":{"c":{"transport":{"type":"rawsocket","endpoint":{"type":"tcp",
            "host":"a","port":1}}},"d":{"transport":)" +
                            kRaw + R"(,"auth":{}}},)" + WithPaths(R"("a":{"type":"none"})"))),
      "workers[0].connections.c.transport.endpoint.type: anonymous-proxy authenticator only allowed on Unix "
      "domain socket based transports, not type \"tcp\"\n"
      "workers[0].connections.d.auth: could not determine valid authentication method to connect to the "
      "backend "
      "node; expected \"anonymous-proxy\"\n");
}

TEST(ResolveRoutes, TakesOneConnectionOrAListInOrder) {
  const Loaded loaded = LoadWorker(R"("connections":{"a":{"transport":)" + kRaw + R"(},"b":{"transport":)" +
                                   kRaw + R"(}},"routes":{"realm1":{"anonymous":"a","user":["b","a"]}})");
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  const auto& roles = loaded.node->workers[0].routes.realms.at("realm1");
  using Targets = std::vector<proxy::RouteTarget>;
  EXPECT_EQ(roles.at("anonymous"), (Targets{{"a"}}));
  EXPECT_EQ(roles.at("user"), (Targets{{"b"}, {"a"}}));
}

Loaded LoadRoute(const std::string& route) {
  return LoadWorker(R"("connections":{"a":{"transport":)" + kRaw + R"(},"b":{"transport":)" + kRaw +
                    R"(}},"routes":{"realm1":{"anonymous":)" + route + "}}");
}

TEST(ResolveRoutes, TakesWeightsAndBackups) {
  const Loaded loaded = LoadRoute(R"({"b":{"weight":0,"backup":true},"a":{}})");
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  EXPECT_EQ(loaded.node->workers[0].routes.realms.at("realm1").at("anonymous"),
            (std::vector<proxy::RouteTarget>{{"a", 1, false}, {"b", 0, true}}));
}

/// Without the remark that there is no transport.
std::string RouteProblems(const std::string& route) {
  std::string problems = ProblemsOf(LoadRoute(route));
  const std::string remark = "warning: workers[0].transports: no transports: no client can connect\n";
  if (problems.starts_with(remark)) problems.erase(0, remark.size());
  return problems;
}

TEST(ResolveRoutes, RefusesTargetsThatNobodyCouldJoin) {
  const std::string where = "workers[0].routes.realm1.anonymous";
  EXPECT_EQ(RouteProblems(R"({"a":{"weight":1001},"b":{"weight":-1}})"),
            where + ".a.weight: expected an integer from 0 to 1000, found 1001\n" + where +
                ".b.weight: expected an integer from 0 to 1000, found -1\n");
  EXPECT_EQ(RouteProblems(R"({"a":{"weight":0}})"),
            where + ": expected a target with a weight above 0, found none: nobody could join\n");
  EXPECT_EQ(RouteProblems(R"({"c":{}})"),
            where +
                ": no connection \"c\" found for realm \"realm1\" and role \"anonymous\" in proxy route "
                "config\n");
  EXPECT_EQ(RouteProblems(R"({"a":{"wieght":2}})"),
            where + ".a.wieght: unknown key; did you mean \"weight\"?\n");
  EXPECT_EQ(RouteProblems("{}"), where + ": expected at least one connection, found none\n");
}

TEST(ResolveRoutes, NamesWhatIsMissing) {
  EXPECT_EQ(
      ProblemsOf(LoadWorker(R"("routes":{"realm1":{"user":["x"],"none":[]},"no realm":{}},)" +
                            WithPaths(R"("a":{"type":"none"})"))),
      "workers[0].routes.realm1.user: no connection \"x\" found for realm \"realm1\" and role \"user\" in "
      "proxy "
      "route config\n"
      "workers[0].routes.realm1.none: expected at least one connection, found none\n"
      "workers[0].routes[\"no realm\"]: expected the name of a realm (a URI of 1 to 255 octets), found \"no "
      "realm\"\n");
}

TEST(ResolveBackends, MakesAPathTransparent) {
  const Loaded loaded =
      LoadWorker(WithPaths(R"("ws":{"type":"websocket-proxy","backends":[{"realm":"realm1",)" +
                           kRaw.substr(1) + R"(,{"realm":"realm1",)" + kRaw.substr(1) + "," + kRaw + "]}"));
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  const auto& transparent = *WebSocketAt(loaded, "ws").transparent;
  ASSERT_EQ(transparent.by_realm.at("realm1").size(), 2u);
  EXPECT_EQ(transparent.by_realm.at("realm1")[0].id, "backend001");
  EXPECT_EQ(transparent.by_realm.at("realm1")[1].name,
            "workers/worker001/transports/web/paths/ws/backends/backend002");
  EXPECT_EQ(transparent.fallback.at(0).id, "backend003");
}

TEST(ResolveBackends, AllowsOneDefaultOnly) {
  EXPECT_EQ(ProblemsOf(LoadWorker(
                WithPaths(R"("ws":{"type":"websocket-proxy","backends":[)" + kRaw + "," + kRaw + "]}"))),
            "workers[0].transports[0].paths.ws.backends[1]: There can be only one default backend\n");
  EXPECT_EQ(ProblemsOf(LoadWorker(WithPaths(R"("ws":{"type":"websocket-proxy"})"))),
            "workers[0].transports[0].paths.ws.backends: expected at least one backend, found none\n");
}

TEST(ResolveBackends, OfAWorkerMakeEverythingWithoutAuthTransparent) {
  const Loaded loaded = LoadWorker(R"("backends":[{"id":"default","transport":)" + kRaw + R"(}],"transports":[
      {"type":"web","endpoint":{"type":"tcp","port":80},"paths":{"a":{"type":"websocket"},
       "b":{"type":"websocket","auth":{"anonymous":{"type":"static"}}},"c":{"type":"path","paths":{"/":{"type":"websocket"}}}}},
      {"type":"rawsocket","endpoint":{"type":"tcp","port":81}},{"type":"websocket","endpoint":{"type":"tcp","port":82}},
      {"type":"rawsocket","endpoint":{"type":"tcp","port":83},"auth":{"anonymous":{"type":"static"}}}])");
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  EXPECT_EQ(WebSocketAt(loaded, "a").transparent->fallback.at(0).name, "workers/worker001/backends/default");
  EXPECT_FALSE(WebSocketAt(loaded, "b").transparent);
  const auto& transports = loaded.node->workers[0].transports;
  const auto& nested =
      std::get<PathLevel>(std::get<WebTransport>(transports[0].protocol).root.paths.at("c").service);
  EXPECT_EQ(nested.paths.at("/").name, "workers/worker001/transports/tcp4%3A0.0.0.0%3A80/paths/c/paths/%2F");
  EXPECT_TRUE(std::get<WampWebSocket>(nested.paths.at("/").service).transparent);
  EXPECT_TRUE(std::get<RawSocketTransport>(transports[1].protocol).transparent);
  EXPECT_TRUE(std::get<WampWebSocket>(transports[2].protocol).transparent);
  EXPECT_FALSE(std::get<RawSocketTransport>(transports[3].protocol).transparent);
}

TEST(ResolveBackends, WarnsWhereClientsCouldNeverJoin) {
  EXPECT_EQ(
      ProblemsOf(LoadWorker(WithPaths(R"("ws":{"type":"websocket"})"))),
      "warning: workers[0].routes: no routes: clients that wampgate authenticates find no realm to join\n");
}

}  // namespace
}  // namespace wampgate::config
