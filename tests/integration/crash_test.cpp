#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "integration/configurations.hpp"
#include "support/node_process.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

namespace wampgate::test {
namespace {

using Clock = std::chrono::steady_clock;
using wamp::Serializer;

/// One new connection every 5 ms and how long each waited for its first answer.
class Arrivals {
 public:
  static constexpr std::chrono::milliseconds kInterval{5};  // 200 a second

  explicit Arrivals(int port) : port_(port), thread_([this] { Run(); }) {}
  ~Arrivals() { Stop(); }
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// After Stop.
  std::chrono::milliseconds longest() const { return longest_; }
  int failed() const { return failed_; }
  int served() const { return served_; }

 private:
  void Run() {
    auto next = Clock::now();
    while (!stop_) {
      One();
      next += kInterval;
      if (next < Clock::now()) next = Clock::now();
      std::this_thread::sleep_until(next);
    }
  }
  void One() {
    const auto begun = Clock::now();
    BlockingSocket socket(ConnectTo({port_}));
    socket.Write("GET /value HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const bool answered = socket.TakeThrough("\r\n\r\n", std::chrono::seconds(5)).starts_with("HTTP/1.1 200");
    ++(answered ? served_ : failed_);
    longest_ =
        std::max(longest_, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun));
  }

  int port_;
  std::chrono::milliseconds longest_{0};
  int failed_ = 0;
  int served_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

TEST(WorkerCrash, EveryNewConnectionIsServedWithin100MsAndSessionsOfTheSiblingNoticeNothing) {
  json worker = TransparentWorker();
  worker["options"] = {{"processes", 2}};
  NodeProcess node;
  StubRouter router(node.directory() + "/router.sock");
  node.Start({.configuration = NodeText({worker})});
  const int web_port = node.AwaitPort("edge", "web", 2);
  const int raw_port = node.AwaitPort("edge", "raw", 2);
  ASSERT_NE(web_port, 0) << node.log();
  ASSERT_NE(raw_port, 0) << node.log();
  std::vector<std::unique_ptr<WampClient>> sessions;
  for (int i = 0; i < 40; ++i) {
    sessions.push_back(WampClient::RawSocket({raw_port}, Serializer::kJson));
    ASSERT_EQ(sessions.back()->Join("realm1").at(0), 2);
  }
  ASSERT_EQ(node.Workers().size(), 2U) << node.log();
  const auto [victim_name, victim] = *node.Workers().begin();

  Arrivals arrivals(web_port);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // the load before, during and after the death
  ASSERT_EQ(kill(victim, SIGKILL), 0);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  arrivals.Stop();
  EXPECT_EQ(arrivals.failed(), 0) << node.log();
  EXPECT_GT(arrivals.served(), 300);
  // The figure is for the node; a connection that waits for the test's own thread is counted in it as well.
  EXPECT_LE(arrivals.longest(), std::chrono::milliseconds(100)) << node.log();

  int alive = 0, lost = 0;
  for (const auto& session : sessions) {
    session->Send({48, 1, json::object(), "com.example.echo", {7}});
    const json answer = session->Receive();
    answer.is_array() && answer.at(0) == 50 ? ++alive : ++lost;
  }
  EXPECT_GT(alive, 0) << "the sibling had no session, or lost them";
  EXPECT_GT(lost, 0) << "the victim had no session; nothing was proven";
  const json back = node.AwaitLine([&, first = true](const json& line) mutable {
    if (line.value("msg", "") != "worker process started" || line.value("process", "") != victim_name)
      return false;
    return !std::exchange(first, false);  // the second start under that name
  });
  EXPECT_FALSE(back.is_null()) << node.log();
  EXPECT_EQ(node.Stop(), 0) << node.log();
}

}  // namespace
}  // namespace wampgate::test
