#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "integration/arrivals.hpp"
#include "integration/two_processes.hpp"

/// The supervisor is killed while sessions exchange messages, and started again (issue 3, part 4).
namespace wampgate::test {
namespace {

class Takeover : public TwoProcesses {
 protected:
  void KillSupervisor() {
    node_.Signal(SIGKILL);
    ASSERT_EQ(node_.AwaitExit(), 128 + SIGKILL);
  }
  bool StartAgain() {
    const std::size_t mark = node_.LogMark();
    node_.Start({.configuration = Configuration(41)});
    return AwaitServing(mark);
  }
};

TEST_F(Takeover, NoSessionIsLostAndNewConnectionsAreServedMeanwhile) {
  JoinMany();
  Arrivals arrivals(web_port_);
  std::atomic<bool> done{false};
  std::atomic<int> lost{0}, rounds{0};
  std::thread traffic([&] {
    for (int request = 1; !done; ++request, ++rounds) lost += Lost(request);
  });
  const auto more = [&](int count) {
    for (const int until = rounds + count; rounds < until;) std::this_thread::yield();
  };
  more(2);
  KillSupervisor();
  more(3);
  const bool started = StartAgain();
  more(3);
  done = true;
  traffic.join();
  arrivals.Stop();
  EXPECT_TRUE(started);
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(arrivals.failed(), 0);
  EXPECT_GT(arrivals.served(), 10);
  RecordProperty("served", arrivals.served());
  EXPECT_TRUE(SameWorkersLive());
  EXPECT_EQ(router_.accepted(), kSessions) << "every session kept its backend session";
  const CtlResult applied = Apply(7);
  EXPECT_EQ(applied.exit_code, 0) << applied.err;
  EXPECT_EQ(Value(), "7");
  EXPECT_EQ(Lost(1000), 0);
}

/// The same worker with RawSocket on a Unix socket, too.
class UnixTakeover : public Takeover {
 protected:
  std::string socket() const { return node_.directory() + "/clients.sock"; }
  void ListenOnUnix() {
    json worker = json::parse(Configuration(41))["workers"][0];
    worker["transports"].push_back(
        {{"type", "rawsocket"}, {"id", "local"}, {"endpoint", {{"type", "unix"}, {"path", "clients.sock"}}}});
    const CtlResult applied = Ctl(node_, {"apply", "-f", WriteFile(node_, "local.json", NodeText({worker}))});
    ASSERT_EQ(applied.exit_code, 0) << applied.err;
  }
  std::unique_ptr<WampClient> Local() {
    return WampClient::RawSocket({.path = socket()}, wamp::Serializer::kJson);
  }
  ino_t Inode() const {
    struct stat found{};
    return stat(socket().c_str(), &found) == 0 ? found.st_ino : 0;
  }
};

TEST_F(UnixTakeover, OfAUnixSocketKeepsItsFileItsSessionsAndItsQueue) {
  ListenOnUnix();
  for (int i = 0; i < 4; ++i) {
    sessions_.push_back(Local());
    ASSERT_EQ(sessions_.back()->Join("realm1").at(0), 2);
  }
  const ino_t inode = Inode();
  ASSERT_NE(inode, 0U);
  KillSupervisor();
  EXPECT_EQ(Inode(), inode) << "the file is gone with the supervisor";
  sessions_.push_back(Local());
  EXPECT_EQ(sessions_.back()->Join("realm1").at(0), 2) << "without a supervisor";
  node_.Restart();
  ASSERT_TRUE(AwaitServing(0)) << node_.log();
  EXPECT_EQ(Inode(), inode) << "bound anew";
  sessions_.push_back(Local());
  EXPECT_EQ(sessions_.back()->Join("realm1").at(0), 2);
  EXPECT_EQ(Lost(7), 0);
  EXPECT_TRUE(SameWorkersLive());
  const CtlResult removed = Ctl(node_, {"transport", "delete", "edge/local"});
  EXPECT_EQ(removed.exit_code, 0) << removed.err;
  EXPECT_EQ(Inode(), 0U) << "the file goes with the transport";
}

/// How many rounds the next test has; the whole proof is 200.
int Rounds() {
  const char* rounds = std::getenv("WAMPGATE_TAKEOVER_ROUNDS");
  return rounds == nullptr ? 15 : std::atoi(rounds);
}

TEST_F(Takeover, EveryAcknowledgedRevisionIsThereWheneverTheSupervisorIsKilled) {
  JoinMany();
  std::minstd_rand random(7);
  std::uint64_t acknowledged = 1;
  int changes = 0, beyond = 0;
  for (int round = 0; round < Rounds(); ++round) {
    std::atomic<bool> killed{false};
    std::atomic<std::uint64_t> latest{acknowledged};
    std::atomic<int> answered{0};
    std::thread editor([&] {
      for (int i = 0; !killed; ++i, ++answered) {
        const CtlResult applied = Apply(1000 * round + i + 100000);
        if (applied.exit_code == 0) latest = RevisionIn(applied.out);
      }
    });
    while (answered < 1) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150));  // any moment of a change
    node_.Signal(SIGKILL);
    killed = true;
    const bool ended = node_.AwaitExit() == 128 + SIGKILL;
    editor.join();
    ASSERT_TRUE(ended);
    ASSERT_TRUE(StartAgain()) << "round " << round;
    const std::uint64_t present = Revision();
    ASSERT_GE(present, latest) << "round " << round;
    changes += static_cast<int>(latest - acknowledged);
    beyond += present > latest ? 1 : 0;
    acknowledged = present;
    ASSERT_EQ(Lost(round + 1), 0) << "round " << round;
    ASSERT_TRUE(SameWorkersLive()) << "round " << round;
  }
  RecordProperty("rounds", Rounds());
  RecordProperty("acknowledged_changes", changes);
  RecordProperty("decided_and_not_acknowledged", beyond);
  EXPECT_EQ(router_.accepted(), kSessions);
}

}  // namespace
}  // namespace wampgate::test
