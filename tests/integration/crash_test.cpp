#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <thread>

#include "integration/arrivals.hpp"
#include "integration/configurations.hpp"
#include "support/ctl.hpp"
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
    sibling_ = workers.rbegin()->second;
  }
  void TearDown() override { EXPECT_EQ(node_.Stop(), 0) << node_.log(); }

  void Report(const Arrivals& arrivals) {
    RecordProperty("served", arrivals.served());
    RecordProperty("longest_ms", static_cast<int>(arrivals.longest().count()));
    RecordProperty("died_with_the_victim", arrivals.died_with_the_victim());
    EXPECT_GE(arrivals.served() * 1000 / arrivals.lasted().count(), 190) << "fewer than were to come";
    EXPECT_EQ(arrivals.failed(), 0) << node_.log();
    EXPECT_LE(arrivals.longest(), kServedWithin) << node_.log();
  }
  /// Sessions on both processes.
  void JoinMany(int count) {
    for (int i = 0; i < count; ++i) {
      sessions_.push_back(WampClient::RawSocket({raw_port_}, Serializer::kJson));
      ASSERT_EQ(sessions_.back()->Join("realm1").at(0), 2);
    }
    const auto counted = [&] { return SessionsOf(victim_) + SessionsOf(sibling_) == count; };
    for (const auto end = Clock::now() + NodeProcess::kDeadline; !counted() && Clock::now() < end;) {
    }
    on_sibling_ = SessionsOf(sibling_);
    ASSERT_GT(on_sibling_, 0) << "the sibling has no session; nothing is proven";
    ASSERT_LT(on_sibling_, count) << "the victim has no session; nothing is proven";
  }
  /// As the node counts them.
  int SessionsOf(pid_t process) {
    const json worker = json::parse(Ctl(node_, {"worker", "get", "edge", "-o", "json"}).out, nullptr, false);
    if (!worker.is_object()) return 0;
    for (const json& entry : worker["processes"]) {
      if (entry.value("pid", "") == std::to_string(process)) return std::stoi(entry.value("sessions", "0"));
    }
    return 0;
  }
  /// One call in every session that is left, again and again for so long; what does not answer is gone.
  void Exchange(std::chrono::milliseconds duration) {
    for (const auto end = Clock::now() + duration; Clock::now() < end;) {
      std::erase_if(sessions_, [&](const auto& session) {
        session->Send({48, ++request_, json::object(), "com.example.echo", {request_}});
        const json answer = session->Receive();
        return !answer.is_array() || answer.at(0) != 50 || answer.at(3) != json({request_});
      });
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the rest of the machine is the arrivals'
    }
  }

  NodeProcess node_;
  StubRouter router_{node_.directory() + "/router.sock"};
  int web_port_ = 0;
  int raw_port_ = 0;
  std::string victim_name_;
  pid_t victim_ = 0, sibling_ = 0;
  std::vector<std::unique_ptr<WampClient>> sessions_;
  int on_sibling_ = 0;
  int request_ = 0;
};

TEST_F(WorkerCrash, NewConnectionsAreServedWithin100MsAndSessionsOfTheSiblingNoticeNothing) {
  JoinMany(40);
  Arrivals arrivals(web_port_);
  Exchange(std::chrono::milliseconds(500));  // the load before, during and after the death
  ASSERT_EQ(sessions_.size(), 40U) << node_.log();
  arrivals.NoteKill();
  ASSERT_EQ(kill(victim_, SIGKILL), 0);
  Exchange(std::chrono::milliseconds(500));
  const json back = node_.AwaitLine([&, starts = 0](const json& line) mutable {
    if (line.value("msg", "") != "worker process started" || line.value("process", "") != victim_name_)
      return false;
    return ++starts == 2;
  });
  EXPECT_FALSE(back.is_null()) << "the victim does not come back\n" << node_.log();
  Exchange(std::chrono::seconds(1));
  arrivals.Stop();
  Report(arrivals);
  EXPECT_EQ(static_cast<int>(sessions_.size()), on_sibling_) << node_.log();
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
  JoinMany(40);
  // Successors do not find the control socket.
  std::filesystem::rename(node_.directory() + "/.wampgate/control.sock", node_.directory() + "/away.sock");
  Arrivals arrivals(web_port_);
  Exchange(std::chrono::milliseconds(200));
  arrivals.NoteKill();
  ASSERT_EQ(kill(victim_, SIGKILL), 0);
  Exchange(std::chrono::seconds(30));
  arrivals.Stop();
  Report(arrivals);
  EXPECT_LE(arrivals.died_with_the_victim(), 1);
  EXPECT_EQ(static_cast<int>(sessions_.size()), on_sibling_) << node_.log();
  EXPECT_EQ(kill(sibling_, 0), 0) << "the sibling has died too";
  static_cast<void>(node_.log());
  int listening = 0;
  const auto count = [&](const json& line) {
    listening += line.value("msg", "") == "listening" && line.value("process", "") == victim_name_;
    return false;
  };
  static_cast<void>(node_.AwaitLine(count, std::chrono::milliseconds(0)));
  EXPECT_EQ(listening, 2) << "the victim has come back; nothing is proven";
}

}  // namespace
}  // namespace wampgate::test
