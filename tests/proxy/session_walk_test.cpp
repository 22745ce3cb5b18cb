// Random orders of everything that can happen to a session: it never breaks a rule of its channels (the fakes
// check them), never outlives its ends, and counts exactly one reason.
#include <boost/asio/io_context.hpp>
#include <numeric>
#include <random>

#include "base/log.hpp"
#include "proxy/proxy_fixture.hpp"

namespace wampgate::proxy::test {
namespace {

class SessionWalk : public ProxyTest, public testing::WithParamInterface<int> {
 protected:
  SessionWalk() {
    log::SetLevel(log::Level::kOff);
    dialer_.prepare = [](FakePeer& peer) { peer.can_stream = true; };
  }
  ~SessionWalk() override { log::SetLevel(log::Level::kWarning); }

  std::size_t Below(std::size_t limit) { return random_() % limit; }

  enum class From { kClient, kRouter };
  Json AnyMessage(From from) {
    static const std::vector<Json> kOfClients = {
        Json::array({48, 1, Json::object(), "a.b", {std::string(3000, 'x')}}),
        Json::array({70, 1, {{"progress", true}}}),
        Json::array({16, 1, Json::object(), "a.b"}),
        Json::array({5, "x", Json::object()}),
        ClientHello(),
    };
    static const std::vector<Json> kOfRouters = {
        Json::array({50, 1, {{"progress", true}}, {std::string(3000, 'x')}}),
        Json::array({36, 1, 2, Json::object()}),
        Json::array({68, 1, 1, Json::object(), {std::string(100000, 'x')}}),
        Json::array({4, "ticket", Json::object()}),
        RouterWelcome(),
    };
    static const std::vector<Json> kOfBoth = {
        Json::array({6, Json::object(), "wamp.close.normal"}),
        Json::array({3, Json::object(), "wamp.error.whatever"}),
        Json::array({8, 48, 1, Json::object(), "a.b"}),
        Json::array({99}),
        Json::object(),
    };
    if (Below(20) == 0) return kOfBoth[Below(kOfBoth.size())];
    if (Below(100) == 0) from = from == From::kClient ? From::kRouter : From::kClient;
    const auto& messages = from == From::kClient ? kOfClients : kOfRouters;
    return messages[Below(messages.size() - (Below(30) == 0 ? 0 : 2))];
  }

  /// A large message that is passing in parts, from this speaker.
  struct Stream {
    bool active = false;
    std::size_t left = 0;
  };

  void Act(Speaker& speaker, Stream& stream, From from) {
    FakePeer& peer = *speaker.peer;
    if (!peer.alive || peer.ended) return;
    if (stream.active) return Continue(speaker, stream);
    switch (Below(14)) {
      case 0:
        if (Below(4) == 0) peer.End(static_cast<ChannelEnd::Cause>(Below(5)));
        return;
      case 1:
        if (Below(4) == 0) peer.Deliver("garbage");
        return;
      case 2: {
        const char* head = from == From::kRouter ? "[36,1,2,{},[\"" : "[16,1,{},\"a.b\",[\"";
        stream.left = 5000;
        stream.active = peer.receiver->OnLargeMessage(MessageKind::kText, stream.left, head);
        return;
      }
      case 3:
        peer.keeps_output = !peer.keeps_output;
        return;
      case 4:
        return peer.Take(Below(400000));
      case 5:
        peer.max_send_size = Below(3) == 0 ? 2000 : 1 << 24;
        return;
      default:
        return speaker.Say(AnyMessage(from));
    }
  }
  void Continue(Speaker& speaker, Stream& stream) {
    if (Below(8) == 0) {
      stream.active = false;
      return speaker.peer->End(ChannelEnd::Cause::kLost);
    }
    const std::size_t size = std::min<std::size_t>(stream.left, 1000);
    stream.left -= size;
    stream.active = stream.left > 0;
    speaker.peer->receiver->OnPart(std::string(size, 'x'), !stream.active);
  }

  void Walk() {
    auto client = Connect();
    client.peer->can_stream = true;
    if (Below(10) != 0) {
      client.Say(ClientHello());
      loop_.context().poll();
      if (dialer_.routers.empty()) loop_.context().poll();
      if (Below(8) != 0 && !dialer_.routers.empty()) dialer_.routers.back()->Say(RouterWelcome());
    }
    Stream from_client, from_router;
    for (std::size_t step = Below(60); step > 0; --step) {
      if (Below(3) == 0) loop_.context().poll();
      Act(client, from_client, From::kClient);
      if (!dialer_.routers.empty()) {
        auto& router = *dialer_.routers.back();
        if (Below(50) == 0 && router.peer->alive) router.Say(RouterWelcome());
        Act(router, from_router, From::kRouter);
      }
      if (Below(60) == 0)
        registry_.ForEach([](wamp::Session& session) { session.End(EndReason::kShutdown); });
      if (Below(100) == 0) registry_.ForEach([](wamp::Session& session) { session.Kill(); });
    }
    if (client.peer->alive) client.peer->End(ChannelEnd::Cause::kLost);
    EXPECT_TRUE(RunUntilGone());
    dialer_.routers.clear();
  }

  std::mt19937 random_{static_cast<std::mt19937::result_type>(GetParam())};
};

TEST_P(SessionWalk, AlwaysEndsOnceAndCleanly) {
  constexpr int kWalks = 500;
  for (int i = 0; i < kWalks && !HasFailure(); ++i) {
    if (Below(2) == 0) {
      UseTransparent({"a", "b"});
    } else {
      UseRoutes({"a", "b"});
    }
    dialer_.behaviours["a"] =
        Below(5) == 0 ? FakeDialer::Behaviour::kRefuses : FakeDialer::Behaviour::kConnects;
    dialer_.serializers["a"] = Below(2) == 0 ? Serializer::kJson : Serializer::kCbor;
    Walk();
  }
  const std::uint64_t ended =
      std::accumulate(registry_.ends().begin(), registry_.ends().end(), std::uint64_t{0},
                      [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
  EXPECT_EQ(ended, static_cast<std::uint64_t>(kWalks));
  EXPECT_EQ(pool_.Acquire(MakeBackend("a"))->counters().open, 0u);
  EXPECT_EQ(pool_.Acquire(MakeBackend("b"))->counters().open, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SessionWalk, testing::Range(1, 5));

}  // namespace
}  // namespace wampgate::proxy::test
