// Sessions over real Unix sockets, with a stub router behind the frontend.
#include "base/log.hpp"
#include "proxy/socket_world.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WAMPGATE_ASAN 1
#endif
#endif

namespace wampgate::proxy::test {
namespace {

class Sockets : public SocketWorld {
 protected:
  Sockets() { log::SetLevel(log::Level::kError); }
  ~Sockets() override { log::SetLevel(log::Level::kWarning); }
  /// Sanitizers keep freed memory; there the figures say nothing.
#ifdef WAMPGATE_ASAN
  static constexpr bool kMeasuresMemory = false;
#else
  static constexpr bool kMeasuresMemory = true;
#endif
};

TEST_F(Sockets, CarryACallThroughAndEndWithGoodbye) {
  for (const auto serializer : {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor}) {
    auto client = Join(serializer);
    client->link->SendDocument(Json::array({48, 1, Json::object(), "a.b", {1, "x", 2.5}}));
    ASSERT_TRUE(RunUntil([&] { return !client->messages.empty(); }));
    EXPECT_EQ(client->Take(), Json::array({50, 1, Json::object(), {1, "x", 2.5}}));
    client->link->SendDocument(Json::array({6, Json::object(), "wamp.close.normal"}));
    ASSERT_TRUE(RunUntil([&] { return client->ended; }));
    EXPECT_EQ(client->Take(), Json::array({6, Json::object(), "wamp.close.goodbye_and_out"}));
    EXPECT_EQ(client->end.cause, ChannelEnd::Cause::kClosedByPeer);
  }
  EXPECT_TRUE(RunUntil([&] { return registry_.size() == 0 && router_.sessions.empty(); }));
}

TEST_F(Sockets, NameTheBackendThatCannotBeReached) {
  TransparentOptions options;
  options.fallback = {Backend("absent.sock")};
  settings_->routes = MakeTransparentRoutes(options, pool_);
  auto client = Connect();
  client->link->SendDocument(Json::array({1, "realm1", Json::object()}));
  ASSERT_TRUE(RunUntil([&] { return client->ended; }));
  const Json abort = client->Take();
  EXPECT_EQ(abort[2], "wamp.error.unavailable");
  const std::string address = "unix:" + (folder_ / "absent.sock");
  const std::string expected =
      "no backend of realm \"realm1\" could be reached: " + address + ": no such file";
  EXPECT_TRUE(abort[1]["message"].get<std::string>().starts_with(expected)) << abort;
}

TEST_F(Sockets, JoinAThousandClientsAtOnceOverABackendWithAShortQueue) {
  const auto clients = JoinMany(1000);
  EXPECT_EQ(registry_.size(), 1000u);
}

TEST_F(Sockets, LeaveNothingBehindAfterTenThousandJoins) {
  constexpr int kRounds = 200, kClients = 50;
  std::size_t memory = 0, descriptors = 0;
  for (int round = 0; round < kRounds; ++round) {
    if (round == kRounds / 10) {
      memory = Resident();
      descriptors = Descriptors();
    }
    std::vector<std::unique_ptr<Peer>> clients = JoinMany(kClients);
    for (int i = 0; i < kClients; ++i) {
      wamp::Link& link = *clients[static_cast<std::size_t>(i)]->link;
      if (i % 3 == 0) link.SendDocument(Json::array({6, Json::object(), "wamp.close.normal"}));
      if (i % 3 == 1) link.channel().Abort();
      if (i % 3 == 2) link.channel().Close(1000, "");
    }
    ASSERT_TRUE(RunUntil([&] { return registry_.size() == 0 && router_.sessions.empty(); }));
    ASSERT_TRUE(
        RunUntil([&] { return std::ranges::all_of(clients, [](auto& client) { return client->ended; }); }));
  }
  EXPECT_EQ(router_.joins, std::size_t{kRounds * kClients});
  EXPECT_EQ(router_.goodbyes, router_.joins);
  EXPECT_EQ(Descriptors(), descriptors);
  if (kMeasuresMemory) {
    EXPECT_LT(Resident(), memory + 512 * 1024);
  }
}

TEST_F(Sockets, BoundTheMemoryOfAClientThatDoesNotReadAndLoseNothing) {
  constexpr std::size_t kTotal = 200'000'000, kSize = 10'000;
  auto client = Join();
  std::size_t received = 0;
  bool in_order = true;
  client->on_message = [&](Peer&, std::string_view message) {
    in_order = in_order && std::stoul(std::string(message.substr(4, 12))) == received;
    ++received;
  };
  client->link->channel().PauseReading();
  RunUntil([] { return true; });
  const std::size_t before = Resident();

  // A router that sends as fast as its own connection takes it.
  Peer& session = *router_.sessions.front();
  std::size_t sent = 0;
  const auto pump = [&](Peer& self) {
    while (sent * kSize < kTotal && self.link->channel().pending() <= MessageChannel::kHighWatermark) {
      std::string event = "[36,";
      event += fmt::format("{:12}", sent) + ",1,{},[\"" + std::string(kSize, 'x') + "\"]]";
      self.link->Send(event);
      ++sent;
    }
  };
  session.on_drained = pump;
  pump(session);
  std::size_t last = 0;
  EXPECT_FALSE(
      RunUntil([&] { return std::exchange(last, sent) * kSize >= kTotal; }, std::chrono::milliseconds(500)));
  EXPECT_LT(sent * kSize, 4'000'000u) << "the router is stopped";
  if (kMeasuresMemory) {
    // Three connections of this process hold their watermarks: router, node, client.
    EXPECT_LT(Resident() - before, 2u * 1024 * 1024);
  }
  client->link->channel().ResumeReading();
  EXPECT_TRUE(RunUntil([&] { return received * kSize >= kTotal; }, std::chrono::seconds(50)));
  EXPECT_EQ(received, sent);
  EXPECT_TRUE(in_order);
}

TEST_F(Sockets, PassLargeMessagesInPartsWithoutCollectingThem) {
  auto client = Join();
  client->link->channel().PauseReading();
  const std::string argument(8'000'000, 'z');
  const std::string event = "[36,1,2,{},[\"" + argument + "\"]]";
  wamp::Link& router = *router_.sessions.front()->link;
  const std::size_t before = Resident();
  router.Send(event);
  const std::size_t after_send = Resident();
  EXPECT_TRUE(
      RunUntil([&] { return router.channel().pending() + MessageChannel::kHighWatermark < event.size(); }));
  RunUntil([] { return false; }, std::chrono::milliseconds(100));
  EXPECT_GT(router.channel().pending(), event.size() / 2) << "the node does not take more than its watermark";
  if (kMeasuresMemory) {
    EXPECT_GT(after_send - before, event.size() / 2);
    EXPECT_LT(Resident() - after_send, 2u * 1024 * 1024);
  }
  client->link->channel().ResumeReading();
  ASSERT_TRUE(RunUntil([&] { return !client->messages.empty(); }));
  EXPECT_EQ(client->Take()[4][0], argument);
  client->link->SendDocument(Json::array({48, 3, Json::object(), "a.b", {argument}}));
  ASSERT_TRUE(RunUntil([&] { return !client->messages.empty(); }));
  EXPECT_EQ(client->Take()[3][0], argument) << "both ways";
}

TEST_F(Sockets, DropTheBackendWhenTheClientDiesInsideALargeMessage) {
  auto client = Join();
  client->link->channel().BeginMessage(MessageKind::kText, 5'000'000);
  client->link->channel().SendPart("[16,1,{},\"a.b\",[\"" + std::string(300'000, 'x'));
  RunUntil([] { return false; }, std::chrono::milliseconds(200));
  EXPECT_EQ(router_.sessions.size(), 1u);
  client->link->channel().Abort();
  EXPECT_TRUE(RunUntil([&] { return registry_.size() == 0 && router_.sessions.empty(); }));
  EXPECT_EQ(router_.goodbyes, 0u);
  auto next = Join();
  EXPECT_EQ(registry_.size(), 1u) << "nothing else is affected";
}

TEST_F(Sockets, TellAllClientsWhenTheRouterGoes) {
  const auto clients = JoinMany(20);
  for (auto& session : router_.sessions) session->link->channel().Abort();
  EXPECT_TRUE(RunUntil([&] { return registry_.size() == 0; }));
  for (auto& client : clients) {
    ASSERT_TRUE(RunUntil([&] { return client->ended; }));
    EXPECT_EQ(client->Take()[2], "wamp.close.system_shutdown");
  }
}

}  // namespace
}  // namespace wampgate::proxy::test
