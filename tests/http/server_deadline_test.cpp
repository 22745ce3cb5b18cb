#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>

#include "http/harness.hpp"
#include "support/run_until.hpp"

namespace wampgate::http {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::Harness;

void Ok(const Request&, const std::shared_ptr<Responder>& responder) {
  Response response;
  response.body = "ok";
  responder->Send(std::move(response));
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(ServerDeadline, EndsARequestHeadThatTricklesIn) {
  Harness harness;
  harness.options.header_timeout = milliseconds(200);
  const auto client = harness.Connect();
  client->Send("GET / HTTP/1.1\r\nHost: x\r\n");
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(harness.Until(*client, [&] {
    if (client->received.empty()) client->Send("a: b\r\n");  // always a little more, never the end
    return client->ended();
  }));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  Answer answer;
  ASSERT_TRUE(client->TakeAnswer(answer));
  EXPECT_EQ(answer.status, 408);
}

TEST(ServerDeadline, EndsASilentConnectionWithoutAWord) {
  Harness harness;
  harness.options.header_timeout = milliseconds(100);
  const auto client = harness.Connect();
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  EXPECT_EQ(client->received, "");
}

TEST(ServerDeadline, DropsAConnectionForWebSocketWithoutAWordHoweverFarItsRequestHasCome) {
  for (const char* begun :
       {"", "GET / HTTP/1.1\r\nHost: x\r\n", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"}) {
    Harness harness;
    harness.options.only_websocket = true;
    harness.options.header_timeout = milliseconds(200);
    const auto client = harness.Connect();
    client->Send(begun);
    EXPECT_TRUE(harness.Until(*client, [&] { return client->was_reset(); })) << begun;
    EXPECT_EQ(client->received, "") << begun;
  }
}

TEST(ServerDeadline, AppliesToTheSecondRequestOfAConnectionToo) {
  Harness harness;
  harness.options.header_timeout = milliseconds(100);
  harness.Serve(Ok);
  const auto client = harness.Connect();
  client->Send(std::string(kGet) + "GET / HT");
  EXPECT_EQ(harness.Next(*client).status, 200);
  EXPECT_EQ(harness.Next(*client).status, 408);
}

TEST(ServerDeadline, EndsABodyThatDoesNotArrive) {
  Harness harness;
  harness.options.header_timeout = milliseconds(100);
  const auto client = harness.Connect();
  client->Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_EQ(harness.Next(*client).status, 408);
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
}

TEST(ServerDeadline, ClosesAnIdleConnectionAfterTheClientTimeout) {
  Harness harness;
  harness.options.client_timeout = std::chrono::seconds(1);
  harness.Serve(Ok);
  const auto client = harness.Connect();
  client->Send(kGet);
  EXPECT_EQ(harness.Next(*client).status, 200);
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended() && harness.server().size() == 0; }));
}

TEST(ServerDeadline, LeavesAnIdleConnectionAloneWithoutAClientTimeout) {
  Harness harness;
  harness.options.client_timeout.reset();
  harness.options.header_timeout = milliseconds(50);
  harness.options.send_timeout = milliseconds(100);
  harness.Serve(Ok);
  const auto client = harness.Connect();
  client->Send(kGet);
  EXPECT_EQ(harness.Next(*client).status, 200);
  EXPECT_FALSE(test::RunUntil(harness.loop, [&] { return harness.server().size() == 0; }, milliseconds(500)));
}

TEST(ServerDeadline, GivesUpAPeerThatDoesNotTakeItsResponse) {
  Harness harness;
  harness.options.send_timeout = milliseconds(200);
  harness.Serve([](const Request&, const std::shared_ptr<Responder>& responder) {
    Response response;
    response.source = Response::Source{
        1'000'000'000, [](std::uint64_t, std::size_t most) { return std::string(most, 'x'); }};
    responder->Send(std::move(response));
  });
  const auto client = harness.Connect();
  ASSERT_EQ(send(client->fd(), kGet.data(), kGet.size(), 0), static_cast<ssize_t>(kGet.size()));
  ASSERT_TRUE(test::RunUntil(harness.loop, [&] { return harness.offload.runs > 0; }));
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return harness.server().size() == 0; }));
  EXPECT_LT(harness.offload.runs, 100u);
}

TEST(ServerDeadline, GivesUpAPeerThatDoesNotTakeItsPipelinedResponses) {
  Harness harness;
  harness.options.send_timeout = milliseconds(200);
  harness.Serve([](const Request&, const std::shared_ptr<Responder>& responder) {
    Response response;
    response.body = std::string(1'000'000, 'x');
    responder->Send(std::move(response));
  });
  const auto client = harness.Connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += kGet;
  ASSERT_EQ(send(client->fd(), requests.data(), requests.size(), 0), static_cast<ssize_t>(requests.size()));
  ASSERT_TRUE(test::RunUntil(harness.loop, [&] { return harness.server().size() == 1; }));
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return harness.server().size() == 0; }));
}

TEST(ServerDeadline, DoesNotWaitForEverForAPeerThatNeverCloses) {
  Harness harness;
  harness.options.linger_timeout = milliseconds(100);
  const auto client = harness.Connect();
  client->Send("nonsense\r\n\r\n");
  EXPECT_EQ(harness.Next(*client).status, 400);
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return harness.server().size() == 0; }));
}

}  // namespace
}  // namespace wampgate::http
