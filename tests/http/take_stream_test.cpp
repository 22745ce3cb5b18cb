#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/harness.hpp"
#include "support/run_until.hpp"

namespace wampgate::http {
namespace {

using test::Answer;
using test::Harness;

// What a service makes of a connection it took over.
class Taker final : private net::StreamHandler {
 public:
  explicit Taker(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {
    stream_->Output().Append("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    stream_->Start(*this);
  }
  std::string received;

 private:
  std::size_t OnData(std::span<char> octets) override {
    received.append(octets.data(), octets.size());
    return octets.size();
  }
  void OnEnd() override {}
  void OnError(const Status&) override {}
  std::unique_ptr<net::Stream> stream_;
};

constexpr std::string_view kUpgrade =
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: tea\r\nConnection: upgrade\r\n\r\n";

TEST(TakeStream, GivesTheNewOwnerWhatCameBehindTheRequest) {
  Harness harness;
  std::unique_ptr<Taker> taker;
  bool wants_upgrade = false;
  harness.Serve([&](const Request& request, const std::shared_ptr<Responder>& responder) {
    wants_upgrade = request.wants_upgrade;
    taker = std::make_unique<Taker>(responder->TakeStream());
  });
  const auto client = harness.Connect();
  client->Send(std::string(kUpgrade) + "early");
  EXPECT_EQ(harness.Next(*client).status, 101);
  EXPECT_TRUE(wants_upgrade);
  client->Send(" late");
  EXPECT_TRUE(harness.Until(*client, [&] { return taker->received == "early late"; }));
  EXPECT_EQ(harness.server().size(), 0u);
}

TEST(TakeStream, WorksLaterToo) {
  Harness harness;
  std::unique_ptr<Taker> taker;
  std::shared_ptr<Responder> waiting;
  harness.Serve(
      [&](const Request&, std::shared_ptr<Responder> responder) { waiting = std::move(responder); });
  const auto client = harness.Connect();
  client->Send(std::string(kUpgrade) + "early");
  ASSERT_TRUE(harness.Until(*client, [&] { return waiting != nullptr; }));
  client->Send(" frames");
  client->Pump();
  test::RunReady(harness.loop);
  taker = std::make_unique<Taker>(waiting->TakeStream());
  EXPECT_EQ(waiting->TakeStream(), nullptr);
  EXPECT_TRUE(harness.Until(*client, [&] { return taker->received == "early frames"; }));
}

TEST(TakeStream, ComesAfterTheResponsesOfRequestsBefore) {
  Harness harness;
  std::unique_ptr<Taker> taker;
  harness.Serve([&](const Request& request, const std::shared_ptr<Responder>& responder) {
    if (!request.wants_upgrade) return responder->Send(NotFoundPage());
    taker = std::make_unique<Taker>(responder->TakeStream());
  });
  const auto client = harness.Connect();
  client->Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kUpgrade));
  EXPECT_EQ(harness.Next(*client).status, 404);
  EXPECT_EQ(harness.Next(*client).status, 101);
}

TEST(SendVerbatim, SendsTheOctetsAndCloses) {
  Harness harness;
  harness.Serve([](const Request&, const std::shared_ptr<Responder>& responder) {
    responder->SendVerbatim("HTTP/1.1 426 No\r\nX: y\r\n\r\n");
  });
  const auto client = harness.Connect();
  client->Send(kUpgrade);
  client->Send("more");
  ASSERT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  EXPECT_EQ(client->received, "HTTP/1.1 426 No\r\nX: y\r\n\r\n");
}

}  // namespace
}  // namespace wampgate::http
