#include "worker/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/process_fixture.hpp"

namespace wampgate::worker {
namespace {

using test::RunUntil;
using test::SocketClient;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

config::Node OneTransport(const std::map<std::string, std::string>& values) {
  return NodeWith({WebTransport("a", values)});
}

TEST_F(ProcessTest, SaysWhichProcessItIs) {
  process_->Start();
  const internal::Hello hello = supervisor_->Await(internal::Frame::kHello).hello();
  EXPECT_EQ(hello.worker(), "w");
  EXPECT_EQ(hello.process(), 3U);
  EXPECT_EQ(hello.generation(), 7U);
  EXPECT_EQ(hello.pid(), getpid());
  EXPECT_EQ(hello.applied_revision(), 0U);
}

TEST_F(ProcessTest, ServesWhatIsCommittedAndNothingBefore) {
  process_->Start();
  supervisor_->Await(internal::Frame::kHello);
  Define("first", OneTransport({{"x", "41"}}));
  ASSERT_EQ(Prepare(1, "first", {{"a", listener_.get()}}), "");
  SocketClient early(port());
  early.Send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  internal::Frame request;
  request.mutable_status_request();
  supervisor_->Send(request);
  EXPECT_EQ(supervisor_->Await(internal::Frame::kStatus).status().accepted_total(), 0U);
  EXPECT_EQ(Commit(1), 1U);
  EXPECT_TRUE(early.Receive(loop_, "\r\n\r\n41"));
}

TEST_F(ProcessTest, AnEqualRevisionTouchesNoConnection) {
  StartWith(OneTransport({{"x", "41"}}));
  SocketClient client(port());
  EXPECT_THAT(Get(client, "/x"), EndsWith("41"));
  Define("equal", OneTransport({{"x", "41"}}));
  ASSERT_EQ(Prepare(2, "equal"), "");
  EXPECT_EQ(Commit(2, internal::Commit::CLOSE), 2U);
  EXPECT_THAT(Get(client, "/x"), EndsWith("41"));
  EXPECT_FALSE(client.ended());
}

TEST_F(ProcessTest, AChangedPathIsServedOnConnectionsThatStayOpen) {
  StartWith(OneTransport({{"x", "41"}, {"y", "1"}}));
  SocketClient client(port());
  EXPECT_THAT(Get(client, "/x"), EndsWith("41"));
  Define("second", OneTransport({{"x", "42"}}));
  ASSERT_EQ(Prepare(2, "second"), "");
  EXPECT_EQ(Commit(2), 2U);
  EXPECT_THAT(Get(client, "/x"), EndsWith("42"));
  EXPECT_THAT(Get(client, "/y"), StartsWith("HTTP/1.1 404"));
}

TEST_F(ProcessTest, ARefusedRevisionLeavesTheOldOneRunning) {
  StartWith(OneTransport({{"x", "41"}}));
  EXPECT_EQ(Prepare(2, "unknown"), "no such settings");
  EXPECT_EQ(prepared_.error_path(), "workers[0].unknown");
  EXPECT_EQ(Commit(2), 1U);
  EXPECT_THAT(Get("/x"), EndsWith("41"));
}

TEST_F(ProcessTest, RefusesATransportWithoutASocket) {
  StartWith(OneTransport({{"x", "41"}}));
  Define("second", NodeWith({WebTransport("a", {{"x", "41"}}), WebTransport("b", {{"x", "1"}})}));
  EXPECT_THAT(Prepare(2, "second"), HasSubstr("no listening socket"));
  EXPECT_EQ(prepared_.error_path(), "workers/w/transports/b");
}

TEST_F(ProcessTest, ADiscardedOrUnknownTransactionIsAnsweredWithoutEffect) {
  StartWith(OneTransport({{"x", "41"}}));
  Define("second", OneTransport({{"x", "42"}}));
  ASSERT_EQ(Prepare(2, "second"), "");
  internal::Frame discard;
  discard.mutable_discard()->set_transaction(2);
  supervisor_->Send(discard);
  EXPECT_EQ(Commit(2), 1U);
  EXPECT_EQ(Commit(99), 1U);
  EXPECT_THAT(Get("/x"), EndsWith("41"));
}

TEST_F(ProcessTest, IgnoresAFrameItDoesNotKnow) {
  StartWith(OneTransport({{"x", "41"}}));
  supervisor_->Send(internal::Frame());
  EXPECT_THAT(Get("/x"), EndsWith("41"));
  EXPECT_TRUE(supervisor_->connected());
}

TEST_F(ProcessTest, AcceptsForADeadSiblingUntilReleased) {
  StartWith(OneTransport({{"x", "41"}}));
  UniqueFd sibling = test::ListenOnLoopback();
  const int sibling_port = test::PortOf(sibling.get());
  SocketClient queued(sibling_port);
  queued.Send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  internal::Frame adopt;
  auto* socket = adopt.mutable_adopt()->add_sockets();
  socket->set_transport("workers/w/transports/a");
  socket->set_index(5);
  std::vector<UniqueFd> descriptors;
  descriptors.push_back(std::move(sibling));
  supervisor_->Send(adopt, std::move(descriptors));
  EXPECT_TRUE(queued.Receive(loop_, "\r\n\r\n41"));

  internal::Frame release;
  *release.mutable_release()->add_sockets() = *socket;
  supervisor_->Send(release);
  EXPECT_TRUE(RunUntil(loop_, [&] { return !SocketClient(sibling_port).connected(); }));
  EXPECT_THAT(Get(queued, "/x"), EndsWith("41"));
  EXPECT_THAT(Get("/x"), EndsWith("41"));
}

TEST_F(ProcessTest, KeepsItsOwnSocketWhenToldToReleaseIt) {
  StartWith(OneTransport({{"x", "41"}}));
  internal::Frame release;
  release.mutable_release()->add_sockets()->set_transport("workers/w/transports/a");
  supervisor_->Send(release);
  EXPECT_THAT(Get("/x"), EndsWith("41"));
}

TEST_F(ProcessTest, ServesOnWithoutASupervisorAndTellsTheNextWhatItHas) {
  StartWith(OneTransport({{"x", "41"}}));
  supervisor_->Die();
  EXPECT_THAT(Get("/x"), EndsWith("41"));
  supervisor_->Listen();
  const internal::Hello hello = supervisor_->Await(internal::Frame::kHello).hello();
  EXPECT_EQ(hello.applied_revision(), 1U);
  ASSERT_EQ(hello.sockets_size(), 1);
  EXPECT_EQ(hello.sockets(0).transport(), "workers/w/transports/a");
  EXPECT_EQ(test::PortOf(supervisor_->received.at(0).get()), port());
  EXPECT_FALSE(hello.stopping());
  Define("second", OneTransport({{"x", "42"}}));
  ASSERT_EQ(Prepare(2, "second"), "");
  EXPECT_EQ(Commit(2), 2U);
  EXPECT_THAT(Get("/x"), EndsWith("42"));
}

TEST_F(ProcessTest, ForgetsATransactionWhoseSupervisorDied) {
  StartWith(OneTransport({{"x", "41"}}));
  Define("second", OneTransport({{"x", "42"}}));
  ASSERT_EQ(Prepare(2, "second"), "");
  supervisor_->Die();
  supervisor_->Listen();
  const internal::Hello hello = supervisor_->Await(internal::Frame::kHello).hello();
  EXPECT_EQ(hello.prepared_revision(), 2U) << "what it had forgotten";
  EXPECT_EQ(hello.applied_revision(), 1U);
  EXPECT_EQ(Commit(2), 1U);
}

TEST_F(ProcessTest, ARemovedTransportNoLongerListens) {
  StartWith(OneTransport({{"x", "41"}}));
  const int old_port = port();
  Define("none", NodeWith({}));
  ASSERT_EQ(Prepare(2, "none"), "");
  listener_.Reset();
  EXPECT_EQ(Commit(2), 2U);
  EXPECT_TRUE(RunUntil(loop_, [&] { return !SocketClient(old_port).connected(); }));
}

TEST_F(ProcessTest, ReportsItselfEverySecond) {
  StartWith(OneTransport({{"x", "41"}}));
  SocketClient client(port());
  Get(client, "/x");
  supervisor_->frames.clear();
  const internal::Status status = supervisor_->Await(internal::Frame::kStatus).status();
  EXPECT_EQ(status.revision(), 1U);
  EXPECT_EQ(status.accepted_total(), 1U);
  EXPECT_EQ(status.connections(), 1U);
  EXPECT_EQ(status.sessions(), 0U);
  EXPECT_GT(supervisor_->Await(internal::Frame::kStatus).status().counters().loop_lag().counts_size(), 0)
      << "also when no client does anything";
}

TEST_F(ProcessTest, StopClosesIdleConnectionsAndEndsTheLoop) {
  StartWith(OneTransport({{"x", "41"}}));
  SocketClient client(port());
  Get(client, "/x");
  internal::Frame stop;
  stop.mutable_stop()->set_grace_milliseconds(60000);
  supervisor_->Send(stop);
  const auto begun = std::chrono::steady_clock::now();
  loop_.Run();  // until the process stops it
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  EXPECT_TRUE(client.ended());
}

}  // namespace
}  // namespace wampgate::worker
