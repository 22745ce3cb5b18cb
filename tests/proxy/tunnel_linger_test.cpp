// How long a tunnel that has ended waits for a side to take what was sent to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "proxy/fake_channel.hpp"
#include "proxy/tunnel.hpp"
#include "support/run_until.hpp"

namespace wampgate::proxy {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kSent = 1'000'000;

struct Grave final : net::Mortal {
  explicit Grave(std::unique_ptr<wamp::Session> dead) : corpse(std::move(dead)) {}
  std::unique_ptr<wamp::Session> corpse;
};

/// The backend has sent a large message and closed; the client has yet to take it.
class TunnelLinger : public ::testing::Test {
 protected:
  TunnelLinger() {
    client->keeps_output = true;
    client->ends_when_closed = false;
    Tunnel::Settings settings;
    settings.linger = std::chrono::milliseconds(500);
    auto tunnel = std::make_unique<Tunnel>(loop, registry, std::move(settings),
                                           std::make_unique<test::FakeChannel>(loop, client),
                                           std::make_unique<test::FakeChannel>(loop, backend));
    tunnel->Start();
    registry.Add(std::move(tunnel));
    backend->Deliver(std::string(kSent, 'x'));
    backend->End(ChannelEnd::Cause::kClosedByPeer);
  }
  ~TunnelLinger() override {
    registry.ForEach([](wamp::Session& session) { session.Kill(); });
    loop.EndTurn();
  }

  net::Loop loop;
  wamp::SessionRegistry registry{[this](std::unique_ptr<wamp::Session> session) {
    loop.DeleteLater(std::make_unique<Grave>(std::move(session)));
  }};
  std::shared_ptr<test::FakePeer> client = std::make_shared<test::FakePeer>();
  std::shared_ptr<test::FakePeer> backend = std::make_shared<test::FakePeer>();
};

TEST_F(TunnelLinger, GivesUpAClientThatTakesNothingAndSaysWhatIsLost) {
  ::testing::internal::CaptureStderr();
  log::SetLevel(log::Level::kInfo);
  const bool is_over = wampgate::test::RunUntil(loop, [&] { return registry.size() == 0; });
  log::SetLevel(log::Level::kWarning);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(is_over);
  EXPECT_TRUE(client->aborted);
  EXPECT_THAT(log, HasSubstr("1000000 octets that were not taken in time are lost"));
}

TEST_F(TunnelLinger, WaitsForAClientThatIsSlowAndMoves) {
  const auto began = std::chrono::steady_clock::now();
  // Some for each look, over several of them.
  auto next = began;
  EXPECT_TRUE(wampgate::test::RunUntil(loop, [&] {
    if (std::chrono::steady_clock::now() >= next) {
      client->Take(kSent / 20);
      next += std::chrono::milliseconds(100);
    }
    return client->pending == 0 || client->aborted;
  }));
  EXPECT_FALSE(client->aborted);
  EXPECT_GT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1500));
  client->End(ChannelEnd::Cause::kClosedByUs);
  EXPECT_TRUE(wampgate::test::RunUntil(loop, [&] { return registry.size() == 0; }));
}

}  // namespace
}  // namespace wampgate::proxy
