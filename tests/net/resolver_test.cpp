#include "net/resolver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>

#include "support/run_until.hpp"

namespace wampgate::net {
namespace {

using test::RunReady;
using test::RunUntil;

const TcpConnect kName{.host = "router.example", .port = 8080};

TEST(Resolver, AnswersLiteralsAtOnce) {
  Loop loop;
  Resolver resolver(loop, [](const std::string&, std::uint16_t, IpVersion) {
    ADD_FAILURE() << "literals need no thread";
    return StatusOr<Resolver::Addresses>(Internal(""));
  });
  for (const char* literal : {"127.0.0.1", "::1", "[::1]"}) {
    bool answered = false;
    resolver.Resolve(
        TcpConnect{.host = literal, .port = 80},
        [&](const StatusOr<Resolver::Addresses>& result) { answered = result.ok() && result->size() == 1; });
    EXPECT_TRUE(answered) << literal;
  }
}

TEST(Resolver, AsksOnceForManyAskersAndRemembers) {
  Loop loop;
  std::atomic<int> lookups = 0;
  std::latch may_answer(1);
  Resolver resolver(loop, [&](const std::string&, std::uint16_t port, IpVersion) {
    ++lookups;
    may_answer.wait();
    return Resolver::Addresses{*IpAddress(IpVersion::k4, "127.0.0.1", port)};
  });
  int answers = 0;
  const auto count = [&](const StatusOr<Resolver::Addresses>& result) { answers += result.ok() ? 1 : 0; };
  resolver.Resolve(kName, count);
  resolver.Resolve(kName, count);
  EXPECT_EQ(answers, 0);
  may_answer.count_down();
  ASSERT_TRUE(RunUntil(loop, [&] { return answers == 2; }));
  resolver.Resolve(kName, count);
  EXPECT_EQ(answers, 3) << "from memory";
  EXPECT_EQ(lookups, 1);
}

TEST(Resolver, ASlowNameDoesNotHoldUpTheOthers) {
  Loop loop;
  auto slow_may_answer = std::make_shared<std::latch>(1);
  Resolver resolver(loop, [slow_may_answer](const std::string& host, std::uint16_t, IpVersion) {
    if (host == "slow.example") slow_may_answer->wait();
    return Resolver::Addresses{};
  });
  bool slow = false;
  bool fast = false;
  resolver.Resolve(TcpConnect{.host = "slow.example", .port = 1}, [&](const auto&) { slow = true; });
  resolver.Resolve(TcpConnect{.host = "fast.example", .port = 1}, [&](const auto&) { fast = true; });
  EXPECT_TRUE(RunUntil(loop, [&] { return fast; }));
  EXPECT_FALSE(slow);
  slow_may_answer->count_down();
  EXPECT_TRUE(RunUntil(loop, [&] { return slow; }));
}

TEST(Resolver, MayGoWhileALookupRuns) {
  Loop loop;
  auto may_answer = std::make_shared<std::latch>(1);
  auto done = std::make_shared<std::latch>(1);
  auto resolver =
      std::make_unique<Resolver>(loop, [may_answer, done](const std::string&, std::uint16_t, IpVersion) {
        may_answer->wait();
        done->count_down();
        return Resolver::Addresses{};
      });
  bool answered = false;
  resolver->Resolve(kName, [&](const auto&) { answered = true; });
  resolver.reset();
  may_answer->count_down();
  done->wait();
  RunReady(loop);
  EXPECT_FALSE(answered);
}

TEST(LookUp, FindsLocalhostAndNamesWhatItCannotFind) {
  const auto found = LookUp("localhost", 80, IpVersion::k4);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(ToIpText(found->front()).ip, "127.0.0.1");
  const auto missing = LookUp("no such host", 80, IpVersion::k4);
  EXPECT_EQ(Message(missing.status()).substr(0, 30), "cannot resolve no such host: N");
}

}  // namespace
}  // namespace wampgate::net
