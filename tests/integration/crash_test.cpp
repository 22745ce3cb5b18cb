#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "integration/arrivals.hpp"
#include "integration/configurations.hpp"
#include "support/node_process.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

/// A worker process dies while its sibling lives (issue 2, last proof).
namespace wampgate::test {
namespace {

using Clock = std::chrono::steady_clock;
using wamp::Serializer;

constexpr std::chrono::milliseconds kServedWithin{100};

class WorkerCrash : public ::testing::Test {
 protected:
  void SetUp() override {
    json worker = TransparentWorker();
    worker["options"] = {{"processes", 2}};
    node_.Start({.configuration = NodeText({worker})});
    web_port_ = node_.AwaitPort("edge", "web", 2);
    raw_port_ = node_.AwaitPort("edge", "raw", 2);
    ASSERT_NE(web_port_, 0) << node_.log();
    ASSERT_NE(raw_port_, 0) << node_.log();
    const auto workers = node_.Workers();
    ASSERT_EQ(workers.size(), 2U) << node_.log();
    std::tie(victim_name_, victim_) = *workers.begin();
  }
  void TearDown() override { EXPECT_EQ(node_.Stop(), 0) << node_.log(); }

  void Report(const Arrivals& arrivals) {
    RecordProperty("served", arrivals.served());
    RecordProperty("longest_ms", static_cast<int>(arrivals.longest().count()));
    RecordProperty("died_with_the_victim", arrivals.died_with_the_victim());
    EXPECT_EQ(arrivals.failed(), 0) << node_.log();
    EXPECT_LE(arrivals.longest(), kServedWithin) << node_.log();
  }
  std::vector<std::unique_ptr<WampClient>> JoinMany(int count) {
    std::vector<std::unique_ptr<WampClient>> sessions;
    for (int i = 0; i < count; ++i) {
      sessions.push_back(WampClient::RawSocket({raw_port_}, Serializer::kJson));
      EXPECT_EQ(sessions.back()->Join("realm1").at(0), 2);
    }
    return sessions;
  }

  NodeProcess node_;
  StubRouter router_{node_.directory() + "/router.sock"};
  int web_port_ = 0;
  int raw_port_ = 0;
  std::string victim_name_;
  pid_t victim_ = 0;
};

TEST_F(WorkerCrash, NewConnectionsAreServedWithin100MsAndSessionsOfTheSiblingNoticeNothing) {
  const auto sessions = JoinMany(40);
  Arrivals arrivals(web_port_);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // the load before, during and after the death
  arrivals.NoteKill();
  ASSERT_EQ(kill(victim_, SIGKILL), 0);
  const json back = node_.AwaitLine([&, starts = 0](const json& line) mutable {
    if (line.value("msg", "") != "worker process started" || line.value("process", "") != victim_name_)
      return false;
    return ++starts == 2;
  });
  EXPECT_FALSE(back.is_null()) << "the victim does not come back\n" << node_.log();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  arrivals.Stop();
  Report(arrivals);
  EXPECT_GT(arrivals.served(), 150);

  int alive = 0, lost = 0;
  for (const auto& session : sessions) {
    session->Send({48, 1, json::object(), "com.example.echo", {7}});
    const json answer = session->Receive();
    answer.is_array() && answer.at(0) == 50 ? ++alive : ++lost;
  }
  EXPECT_GT(alive, 0) << "the sibling had no session, or lost them";
  EXPECT_GT(lost, 0) << "the victim had no session; nothing was proven";
}

TEST_F(WorkerCrash, ConnectionsThatWaitInTheVictimsQueueAreServedByTheSibling) {
  constexpr int kConnections = 60;
  ASSERT_EQ(kill(victim_, SIGSTOP), 0);
  std::vector<std::unique_ptr<BlockingSocket>> waiting;
  for (int i = 0; i < kConnections; ++i) {
    auto socket = std::make_unique<BlockingSocket>(ConnectTo({web_port_}));
    ASSERT_TRUE(socket->Write(kGetValue));
    if (!socket->Fill(1, std::chrono::milliseconds(100))) waiting.push_back(std::move(socket));
  }
  ASSERT_GT(waiting.size(), 5U) << "the kernel gave the victim no connection; nothing is proven";
  ASSERT_EQ(kill(victim_, SIGKILL), 0);
  const auto killed = Clock::now();
  int served = 0;
  for (const auto& socket : waiting) {
    if (socket->TakeThrough("\r\n\r\n", std::chrono::seconds(5)).starts_with("HTTP/1.1 200")) ++served;
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - killed);
  RecordProperty("waiting", static_cast<int>(waiting.size()));
  RecordProperty("all_served_after_ms", static_cast<int>(took.count()));
  EXPECT_EQ(served, static_cast<int>(waiting.size())) << node_.log();
  EXPECT_LE(took, kServedWithin) << node_.log();
}

TEST_F(WorkerCrash, TheSiblingServesEverybodyWhileTheVictimCannotComeBackFor30Seconds) {
  const pid_t sibling = node_.Workers().rbegin()->second;
  Arrivals arrivals(web_port_);
  int kills = 0;
  for (const auto end = Clock::now() + std::chrono::seconds(30); Clock::now() < end;) {
    for (const auto& [name, pid] : node_.Workers()) {
      if (pid == sibling) continue;
      arrivals.NoteKill();
      if (kill(pid, SIGKILL) == 0) ++kills;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  arrivals.Stop();
  RecordProperty("kills", kills);
  Report(arrivals);
  EXPECT_GT(kills, 3) << "the victim is not started again";
  EXPECT_GT(arrivals.served(), 3000);
  EXPECT_EQ(kill(sibling, 0), 0) << "the sibling has died too";
}

}  // namespace
}  // namespace wampgate::test
