#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/body_sender.hpp"
#include "http/harness.hpp"
#include "support/run_until.hpp"

namespace wampgate::http {
namespace {

using test::Answer;
using test::BodyOf;
using test::Harness;

constexpr std::uint64_t kLength = 5'000'001;

std::string Octets(std::uint64_t offset, std::size_t count) {
  std::string out(count, '\0');
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<char>(((offset + i) * 2654435761u) >> 13);
  return out;
}

using Read = std::function<std::string(std::uint64_t, std::size_t)>;

test::FunctionService::Function Serving(Read read) {
  return [read = std::move(read)](const Request&, const std::shared_ptr<Responder>& responder) {
    Response response;
    response.source = Response::Source{kLength, read};
    responder->Send(std::move(response));
  };
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(ResponseSource, ArrivesWholeInPiecesAndKeepsTheConnection) {
  Harness harness;
  std::size_t longest = 0;
  harness.Serve(Serving([&](std::uint64_t offset, std::size_t most) {
    longest = std::max(longest, most);
    return Octets(offset, most);
  }));
  const auto client = harness.Connect();
  client->Send(kGet);
  client->Send(kGet);
  for (int i = 0; i < 2; ++i) {
    const Answer answer = harness.Next(*client);
    ASSERT_EQ(answer.body.size(), kLength);
    EXPECT_TRUE(answer.body == Octets(0, kLength));
  }
  EXPECT_LE(longest, BodySender::kPiece);
}

TEST(ResponseSource, MayGiveLessThanAskedFor) {
  Harness harness;
  harness.Serve(Serving([](std::uint64_t offset, std::size_t most) {
    return Octets(offset, std::min<std::size_t>(most, 70'001));
  }));
  EXPECT_TRUE(harness.Get("/").body == Octets(0, kLength));
}

TEST(ResponseSource, IsNotReadForHead) {
  Harness harness;
  harness.Serve(Serving(nullptr));
  EXPECT_EQ(harness.Head("/").Field("content-length"), std::to_string(kLength));
}

TEST(ResponseSource, BreaksTheConnectionOffWhenItFails) {
  Harness harness;
  harness.Serve(Serving([](std::uint64_t offset, std::size_t most) {
    return offset < 1'000'000 ? Octets(offset, most) : std::string();
  }));
  const auto client = harness.Connect();
  client->Send(kGet);
  EXPECT_TRUE(harness.Until(*client, [&] { return client->was_reset() || client->ended(); }));
  EXPECT_LT(client->received.size(), kLength);
  EXPECT_EQ(harness.server().size(), 0u);
}

TEST(ResponseSource, BreaksTheConnectionOffWhenItThrows) {
  Harness harness;
  harness.Serve(Serving([](std::uint64_t, std::size_t) -> std::string { throw std::bad_alloc(); }));
  const auto client = harness.Connect();
  client->Send(kGet);
  EXPECT_TRUE(harness.Until(*client, [&] { return client->was_reset() || client->ended(); }));
}

TEST(ResponseSource, WaitsWhileTheHelperThreadIsBusy) {
  Harness harness;
  harness.Serve(Serving(Octets));
  harness.offload.is_full = true;
  const auto client = harness.Connect();
  client->Send(kGet);
  ASSERT_TRUE(harness.Until(*client, [&] { return !client->received.empty(); }));
  harness.offload.is_full = false;
  EXPECT_EQ(harness.Next(*client).body.size(), kLength);
}

TEST(ResponseSource, IsDroppedWhenTheClientGoesAway) {
  Harness harness;
  harness.Serve(Serving(Octets));
  const auto client = harness.Connect();
  client->Send(kGet);
  ASSERT_TRUE(harness.Until(*client, [&] { return !client->received.empty(); }));
  client->Close();
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return harness.server().size() == 0; }));
}

TEST(ResponseSource, ReadsNoFurtherThanThePeerTakes) {
  Harness harness;
  std::uint64_t furthest = 0;
  harness.Serve([&](const Request&, const std::shared_ptr<Responder>& responder) {
    Response response;
    response.source = Response::Source{1'000'000'000, [&](std::uint64_t offset, std::size_t most) {
                                         furthest = offset + most;
                                         return std::string(most, 'x');
                                       }};
    responder->Send(std::move(response));
  });
  const auto client = harness.Connect();
  client->Send(kGet);
  ASSERT_TRUE(harness.Until(*client, [&] { return furthest > 0; }));
  test::RunReady(harness.loop);
  EXPECT_LT(furthest, 20'000'000u);  // what the kernel's buffers take, and half a megabyte
}

}  // namespace
}  // namespace wampgate::http
