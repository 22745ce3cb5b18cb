#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "integration/edge_node.hpp"

/// Transports of type "universal": RawSocket, WebSocket by path and HTTP on one address (spec 1.5).
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

json Value(const json& value) {
  return {{"type", "json"}, {"value", value}};
}

/// Everything on one address.
json Everything(const json& endpoint) {
  return {{"type", "universal"},
          {"endpoint", endpoint},
          {"rawsocket", json::object()},
          {"websocket", {{"ws", json::object()}, {"/", {{"id", "root_entry"}}}}},
          {"web",
           {{"paths",
             {{"value", Value(41)}, {"/", Value("root")}, {"ws", {{"type", "none"}, {"id", "hidden"}}}}}}}};
}

class Universal : public EdgeNode {
 protected:
  json Worker() override {
    json worker = TransparentWorker();
    json tcp = Everything(LoopbackEndpoint()), unix = Everything({{"type", "unix"}, {"path", "edge.sock"}});
    tcp["id"] = "all";
    unix["id"] = "local";
    worker["transports"].push_back(tcp);
    worker["transports"].push_back(unix);
    worker["transports"].push_back(
        {{"type", "universal"},
         {"id", "entries"},
         {"endpoint", LoopbackEndpoint()},
         {"open_handshake_timeout", 1000},
         {"websocket", {{"ws", {{"options", {{"open_handshake_timeout", 1000}}}}}}}});
    worker["transports"].push_back({{"type", "universal"},
                                    {"id", "rawonly"},
                                    {"endpoint", LoopbackEndpoint()},
                                    {"rawsocket", {{"serializers", {"json"}}}}});
    return worker;
  }
  Address To(const std::string& transport) { return {Port(transport)}; }
  Address Local() { return {0, node_.directory() + "/edge.sock"}; }

  static std::string Get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  }
  /// All that comes back for these octets, sent `chop` at a time, until the other side ends.
  static std::string Ask(const Address& address, const std::string& octets, std::size_t chop = 1000) {
    BlockingSocket socket(ConnectTo(address));
    Chop(socket, octets, chop);
    socket.Fill(1 << 20, WampClient::kDeadline);
    EXPECT_TRUE(socket.ended()) << "still open after " << octets;
    std::string all;
    while (socket.Fill(1, std::chrono::milliseconds(0))) all += socket.Take(1);
    return all;
  }
  /// Each piece a segment of its own, most likely: what is proven holds for any segmentation.
  static void Chop(BlockingSocket& socket, const std::string& octets, std::size_t chop) {
    for (std::size_t at = 0; at < octets.size(); at += chop) {
      socket.Write(octets.substr(at, chop));
      if (chop == 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  static void Joins(WampClient& client) {
    const json welcome = client.Join("realm1");
    ASSERT_TRUE(welcome.is_array()) << "no answer";
    EXPECT_EQ(welcome.at(0), 2) << welcome;
    EXPECT_TRUE(Echoes(client, 1));
  }
};

TEST_F(Universal, RawSocketWebSocketAndWebShareOneAddress) {
  for (const Address& address : {To("all"), Local()}) {
    for (const auto serializer : {wamp::Serializer::kJson, wamp::Serializer::kCbor}) {
      Joins(*WampClient::RawSocket(address, serializer));
      Joins(*WampClient::WebSocket(address, "/ws", serializer));
    }
    EXPECT_THAT(Ask(address, Get("/value")), StartsWith("HTTP/1.1 200"));
  }
}

TEST_F(Universal, AnEntryIsTakenByTheFirstSegmentOfThePathWithoutItsQuery) {
  const Address address = To("all");
  for (const char* target : {"/ws", "/ws?x=1", "/ws/", "/ws/below", "//ws", "/%77s", "/", "/?x=1"}) {
    Joins(*WampClient::WebSocket(address, target, wamp::Serializer::kJson));
  }
  for (const char* target : {"/wsx", "/value/x", "/x/ws"}) {
    EXPECT_THAT(Ask(address, Get(target)), HasSubstr("\r\n\r\n")) << target;
    EXPECT_THAT(Ask(address, Get(target)), ::testing::Not(HasSubstr("WebSocket endpoint"))) << target;
  }
  EXPECT_THAT(Ask(address, Get("/ws")), HasSubstr("WebSocket endpoint")) << "not the path of `web`";
  EXPECT_THAT(Ask(address, Get("/")), HasSubstr("WebSocket endpoint"));
  EXPECT_THAT(Ask(address, Get("/other")), HasSubstr("No Such Resource")) << "a page of `web`";
}

TEST_F(Universal, ItIsToldWhatIsSpokenHoweverTheOctetsCome) {
  const Address address = To("all");
  EXPECT_THAT(Ask(address, Get("/value"), 1), HasSubstr("41"));
  EXPECT_THAT(Ask(address, "\r\n" + Get("/value"), 1), HasSubstr("41"));
  EXPECT_THAT(Ask(address, Get("/ws"), 1), HasSubstr("WebSocket endpoint"));

  BlockingSocket raw(ConnectTo(address));
  const std::string hello = R"([1,"realm1",{"roles":{"caller":{}}}])";
  Chop(raw, std::string{'\x7f', '\xf1', 0, 0} + std::string{0, 0, 0, static_cast<char>(hello.size())} + hello,
       1);
  ASSERT_TRUE(raw.Fill(10, WampClient::kDeadline));
  EXPECT_EQ(raw.Take(4), (std::string{'\x7f', '\xf1', 0, 0}));
  raw.Take(4);
  EXPECT_EQ(raw.Take(2), "[2") << "WELCOME";

  BlockingSocket upgrade(ConnectTo(address));
  Chop(upgrade,
       "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
       "Upgrade\r\nSec-WebSocket-Key: "
       "AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n",
       1);
  EXPECT_THAT(upgrade.TakeThrough("\r\n\r\n", WampClient::kDeadline), StartsWith("HTTP/1.1 101"));
}

TEST_F(Universal, AConnectionThatWasHttpMayBecomeAnEntryLater) {
  BlockingSocket socket(ConnectTo(To("all")));
  socket.Write("GET /value HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(socket.TakeThrough("41", WampClient::kDeadline), StartsWith("HTTP/1.1 200"));
  socket.Write(
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Key: "
      "AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n");
  EXPECT_THAT(socket.TakeThrough("\r\n\r\n", WampClient::kDeadline), HasSubstr("HTTP/1.1 101"));
}

TEST_F(Universal, WhatIsNotConfiguredIsClosedWithoutAWord) {
  EXPECT_EQ(Ask(To("all"), std::string("\x10\x10\x00\x04MQTT", 8)), "") << "MQTT";
  EXPECT_EQ(Ask(To("all"), "\x16\x03\x01"), "") << "TLS";
  EXPECT_EQ(Ask(To("entries"), Get("/other")), "");
  EXPECT_EQ(Ask(To("entries"), std::string{'\x7f', '\xf1', 0, 0}), "");
  EXPECT_EQ(Ask(To("rawonly"), Get("/ws")), "");
  Joins(*WampClient::WebSocket(To("entries"), "/ws", wamp::Serializer::kJson));
  Joins(*WampClient::RawSocket(To("rawonly"), wamp::Serializer::kJson));
}

TEST_F(Universal, AConnectionThatSaysNothingIsDroppedAfterItsTime) {
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask(To("entries"), ""), "");
  EXPECT_GE(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(700));
  EXPECT_EQ(Ask(To("entries"), "GE"), "") << "what has begun to speak HTTP has the time of a handshake";
}

TEST_F(Universal, ComesChangesAndGoesWhileSessionsOfOthersStay) {
  auto others = Joined(5);
  json added = Everything(LoopbackEndpoint());
  const auto run = [this](std::vector<std::string> arguments, const json& file = nullptr) {
    if (!file.is_null()) arguments.insert(arguments.end(), {"-f", "-"});
    const CtlResult result = Ctl(node_, arguments, file.is_null() ? "" : file.dump());
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  run({"transport", "create", "edge/late"}, added);
  const Address address = To("late");
  auto raw = WampClient::RawSocket(address, wamp::Serializer::kJson);
  auto ws = WampClient::WebSocket(address, "/ws", wamp::Serializer::kJson);
  Joins(*raw);
  Joins(*ws);
  EXPECT_THAT(run({"transport", "list"}), HasSubstr("universal"));
  const std::string names = run({"path", "list", "edge/late", "-o", "name"});
  for (const char* name :
       {"late/paths/ws\n", "late/paths/root_entry\n", "late/paths/value\n", "late/paths/hidden\n"})
    EXPECT_THAT(names, HasSubstr(name));
  EXPECT_THAT(run({"path", "get", "edge/late/ws"}), HasSubstr("/ws"));

  run({"path", "update", "edge/late/value"}, Value(42));
  EXPECT_THAT(Ask(address, Get("/value")), HasSubstr("42"));
  run({"path", "update", "edge/late/ws"},
      {{"type", "websocket"}, {"options", {{"enable_webstatus", false}}}});
  EXPECT_THAT(Ask(address, Get("/ws")), StartsWith("HTTP/1.1 426"));
  run({"path", "create", "edge/late/more"}, Value(43));
  EXPECT_THAT(Ask(address, Get("/more")), HasSubstr("43"));
  run({"path", "delete", "edge/late/more"});
  EXPECT_THAT(Ask(address, Get("/more")), StartsWith("HTTP/1.1 404"));
  EXPECT_TRUE(Echoes(*raw, 7) && Echoes(*ws, 8)) << "sessions outlive changes of paths";

  added.erase("rawsocket");
  added["web"]["paths"]["value"] = Value(42);
  run({"transport", "update", "edge/late"}, added);
  EXPECT_EQ(Ask(address, std::string{'\x7f', '\xf1', 0, 0}), "") << "RawSocket is no longer spoken";
  EXPECT_TRUE(Echoes(*raw, 9)) << "a session that is open stays";
  run({"transport", "delete", "edge/late"});
  for (auto& other : others) EXPECT_TRUE(Echoes(*other, 10));
}

}  // namespace
}  // namespace wampgate::test
