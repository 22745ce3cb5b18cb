#include "http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>

#include <deque>

#include "http/harness.hpp"
#include "support/run_until.hpp"

namespace wampgate::http {
namespace {

using test::Answer;
using test::BodyOf;
using test::Client;
using test::Harness;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

Response Text(std::string body) {
  Response response;
  response.Set("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

void Echo(const Request& request, const std::shared_ptr<Responder>& responder) {
  responder->Send(Text(request.method + " " + request.target + " " + request.body));
}

TEST(Server, AnswersWithTheFieldsEveryResponseHas) {
  Harness harness;
  harness.Serve(Echo);
  const Answer answer = harness.Get("/a?b");
  EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 OK\r\nServer: wampgate\r\nDate: "));
  EXPECT_EQ(answer.Field("content-length"), "9");
  EXPECT_EQ(answer.Field("connection"), "");
  EXPECT_EQ(answer.Field("strict-transport-security"), "");
  EXPECT_EQ(answer.body, "GET /a?b ");
}

TEST(Server, RefusesWithAStatusLineAloneWhereOnlyWebSocketIsSpoken) {
  Harness harness;
  harness.options.only_websocket = true;
  const auto client = harness.Connect();
  client->Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  EXPECT_EQ(client->received, "HTTP/1.1 505 Unsupported HTTP version \"HTTP/1.0\"\r\n\r\n");
}

TEST(Server, ShowsItsVersionOnlyIfTold) {
  Harness harness;
  harness.options.show_server_version = true;
  EXPECT_EQ(harness.Get("/").Field("server"), "wampgate/" WAMPGATE_VERSION);
}

TEST(Server, SendsHstsWithAndWithoutTlsIfTold) {
  Harness harness;
  harness.options.hsts = true;
  harness.Serve(Echo);
  EXPECT_EQ(harness.Get("/").Field("strict-transport-security"), "max-age=31536000");
  const auto client = harness.Connect(Security::kTls);
  client->Send(kGet);
  EXPECT_EQ(harness.Next(*client).Field("strict-transport-security"), "max-age=31536000");
}

TEST(Server, KeepsControlCharactersOutOfFieldValues) {
  Harness harness;
  harness.Serve([](Request, const std::shared_ptr<Responder>& responder) {
    Response response;
    response.Set("X", "a\r\nSet-Cookie: evil");
    responder->Send(std::move(response));
  });
  const Answer answer = harness.Get("/");
  EXPECT_EQ(answer.Field("x"), "a  Set-Cookie: evil");
  EXPECT_EQ(answer.Field("set-cookie"), "");
}

TEST(Server, TakesARequestThatComesOctetByOctet) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  for (const char c : std::string_view(
           "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")) {
    client->Send({&c, 1});
    client->Pump();
    test::RunReady(harness.loop);
  }
  EXPECT_EQ(harness.Next(*client).body, "POST /p ab");
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  for (int i = 0; i < 200; ++i) {
    client->Send("POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  }
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(harness.Next(*client).body, "POST /" + std::to_string(i) + " abc");
  }
}

TEST(Server, HandsOutARequestOnlyWhenTheOneBeforeIsAnswered) {
  Harness harness;
  std::deque<std::pair<std::string, std::shared_ptr<Responder>>> waiting;
  harness.Serve([&](const Request& request, std::shared_ptr<Responder> responder) {
    waiting.emplace_back(request.path, std::move(responder));
  });
  const auto client = harness.Connect();
  for (const char* path : {"/1", "/2", "/3"})
    client->Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  for (const char* path : {"/1", "/2", "/3"}) {
    ASSERT_TRUE(harness.Until(*client, [&] { return !waiting.empty(); }));
    test::RunReady(harness.loop);
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting.front().first, path);
    waiting.front().second->Send(Text(path));
    waiting.pop_front();
    EXPECT_EQ(harness.Next(*client).body, path);
  }
}

TEST(Server, DoesNotReadOnWhileThePeerDoesNotTakeItsResponses) {
  Harness harness;
  int handled = 0;
  harness.Serve([&](const Request&, const std::shared_ptr<Responder>& responder) {
    ++handled;
    responder->Send(Text(std::string(100'000, 'x')));
  });
  const auto client = harness.Connect();
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += kGet;
  ASSERT_EQ(send(client->fd(), requests.data(), requests.size(), 0), static_cast<ssize_t>(requests.size()));
  test::RunReady(harness.loop);
  EXPECT_LT(handled, 200) << "100 MB of responses were buffered";
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(harness.Next(*client).body.size(), 100'000u) << i;
}

TEST(Server, AnswersHeadWithTheLengthAndWithoutTheBody) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  client->Send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(harness.Next(*client, BodyOf::kHead).Field("content-length"), "8");
  EXPECT_EQ(harness.Next(*client).body, "GET /b ");
}

TEST(Server, InvitesTheBodyOfAClientThatExpectsIt) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  client->Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(harness.Until(*client, [&] { return client->received == "HTTP/1.1 100 Continue\r\n\r\n"; }));
  client->received.clear();
  client->Send("abc");
  EXPECT_EQ(harness.Next(*client).body, "POST / abc");
  EXPECT_EQ(harness.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc")
                .status,
            200);
}

TEST(Server, RefusesATooLongBodyBeforeItIsSent) {
  Harness harness;
  harness.Serve(Echo);
  EXPECT_EQ(
      harness.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n")
          .status,
      413);
}

TEST(Server, ClosesAfterTheResponseIfAsked) {
  for (const char* request :
       {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"}) {
    Harness harness;
    harness.Serve(Echo);
    const auto client = harness.Connect();
    client->Send(request);
    EXPECT_EQ(harness.Next(*client).Field("connection"), "close");
    EXPECT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  }
}

TEST(Server, KeepsAnHttp10ConnectionIfAsked) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  for (int i = 0; i < 2; ++i) {
    client->Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(harness.Next(*client).Field("connection"), "keep-alive");
  }
}

TEST(Server, AnswersAClientThatHasEndedItsSide) {
  Harness harness;
  std::shared_ptr<Responder> waiting;
  harness.Serve(
      [&](const Request&, std::shared_ptr<Responder> responder) { waiting = std::move(responder); });
  const auto client = harness.Connect();
  client->Send(kGet);
  client->Send(kGet);
  client->ShutdownWrite();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(harness.Until(*client, [&] { return waiting != nullptr; }));
    test::RunReady(harness.loop);
    std::exchange(waiting, nullptr)->Send(Text("late"));
    EXPECT_EQ(harness.Next(*client).body, "late");
  }
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended() && harness.server().size() == 0; }));
}

TEST(Server, ForgetsAClientThatGoesAway) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  client->Send("GET / HT");
  ASSERT_TRUE(harness.Until(*client, [&] { return harness.server().size() == 1; }));
  client->Close();
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return harness.server().size() == 0; }));
}

TEST(Server, DoesNotLoseAnErrorResponseToAReset) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  client->Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n");
  client->Send(std::string(10'000'000, 'x'));
  const Answer answer = harness.Next(*client);
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.Field("connection"), "close");
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  EXPECT_FALSE(client->was_reset());
}

TEST(Server, DoesNotTreatWhatFollowsAMalformedRequestAsOne) {
  Harness harness;
  int handled = 0;
  harness.Serve([&](const Request&, const std::shared_ptr<Responder>& responder) {
    ++handled;
    responder->Send(Text("x"));
  });
  const auto client = harness.Connect();
  client->Send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
      std::string(kGet));
  EXPECT_EQ(harness.Next(*client).status, 400);
  ASSERT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  EXPECT_EQ(client->received, "");
  EXPECT_EQ(handled, 0);
}

TEST(Server, AnswersOptionsForItself) {
  Harness harness;
  const Answer answer = harness.Ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.Field("content-length"), "");
  EXPECT_THAT(answer.Field("allow"), HasSubstr("GET"));
}

TEST(Server, Answers404WithoutAServiceAndShowsNothingOfTheNode) {
  Harness harness;
  const Answer answer = harness.Get("/secret/path");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, HasSubstr("404 - No Such Resource"));
  EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
  EXPECT_EQ(answer.Field("x-content-type-options"), "nosniff");
}

TEST(Server, Answers500ForAServiceThatGivesUp) {
  Harness harness;
  harness.Serve([](const Request&, const std::shared_ptr<Responder>&) {});
  const auto client = harness.Connect();
  client->Send(kGet);
  client->Send(kGet);
  EXPECT_EQ(harness.Next(*client).status, 500);
  EXPECT_EQ(harness.Next(*client).status, 500);
}

TEST(Server, IgnoresAnAnswerWhenTheClientHasGone) {
  Harness harness;
  std::shared_ptr<Responder> waiting;
  harness.Serve(
      [&](const Request&, std::shared_ptr<Responder> responder) { waiting = std::move(responder); });
  const auto client = harness.Connect();
  client->Send(kGet);
  ASSERT_TRUE(harness.Until(*client, [&] { return waiting != nullptr; }));
  const linger now{1, 0};
  setsockopt(client->fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  client->Close();
  ASSERT_TRUE(test::RunUntil(harness.loop, [&] { return harness.server().size() == 0; }));
  EXPECT_EQ(waiting->TakeStream(), nullptr);
  waiting->Send(Text("nobody"));
}

TEST(Server, IgnoresAnAnswerWhenItHasGoneItself) {
  Harness harness;
  std::shared_ptr<Responder> waiting;
  harness.Serve(
      [&](const Request&, std::shared_ptr<Responder> responder) { waiting = std::move(responder); });
  const auto client = harness.Connect();
  client->Send(kGet);
  ASSERT_TRUE(harness.Until(*client, [&] { return waiting != nullptr; }));
  harness.DropServer();
  waiting->Send(Text("nobody"));
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended() || client->was_reset(); }));
}

TEST(Server, UsesTheNewSiteFromTheNextRequestOn) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  client->Send(kGet);
  EXPECT_EQ(harness.Next(*client).status, 200);
  harness.Serve(std::shared_ptr<Service>());
  harness.server().SetSite(harness.MakeSite());
  client->Send(kGet);
  EXPECT_EQ(harness.Next(*client).status, 404);
}

TEST(Server, DrainsIdleConnectionsNowAndBusyOnesAfterTheirResponse) {
  Harness harness;
  std::shared_ptr<Responder> waiting;
  harness.Serve(
      [&](const Request&, std::shared_ptr<Responder> responder) { waiting = std::move(responder); });
  const auto busy = harness.Connect();
  const auto idle = harness.Connect();
  busy->Send(kGet);
  ASSERT_TRUE(harness.Until(*busy, [&] { return waiting != nullptr; }));
  harness.server().Drain();
  EXPECT_TRUE(harness.Until(*idle, [&] { return idle->ended(); }));
  waiting->Send(Text("last"));
  const Answer answer = harness.Next(*busy);
  EXPECT_EQ(answer.body, "last");
  EXPECT_EQ(answer.Field("connection"), "close");
  EXPECT_TRUE(harness.Until(*busy, [&] { return busy->ended(); }));
}

TEST(Server, HoldsNoBuffersForIdleConnections) {
  constexpr std::size_t kConnections = 200;
  Harness harness;
  harness.Serve(Echo);
  std::vector<std::unique_ptr<Client>> clients;
  clients.push_back(harness.Connect());
  const std::size_t before = mallinfo2().uordblks;
  for (std::size_t i = 0; i < kConnections; ++i) {
    clients.push_back(harness.Connect());
    clients.back()->Send(kGet);
    ASSERT_EQ(harness.Next(*clients.back()).status, 200);
    clients.back()->received.shrink_to_fit();
  }
  const std::size_t each = (mallinfo2().uordblks - before) / kConnections;
  RecordProperty("octets_per_connection", static_cast<int>(each));
  EXPECT_LT(each, 2048u);
}

TEST(Server, Serves10000RequestsOfOneConnectionWithoutGrowing) {
  Harness harness;
  harness.Serve(Echo);
  const auto client = harness.Connect();
  std::size_t early = 0;
  for (int i = 0; i < 10'000; ++i) {
    client->Send(kGet);
    ASSERT_EQ(harness.Next(*client).body, "GET / ");
    if (i == 1000) early = mallinfo2().uordblks;
  }
  EXPECT_LT(mallinfo2().uordblks, early + 4096);
}

}  // namespace
}  // namespace wampgate::http
