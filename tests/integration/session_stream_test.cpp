#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "integration/session_node.hpp"

/// Watches and traces of real sessions.
namespace wampgate::test {
namespace {

using Code = grpc::StatusCode;

TEST_F(Sessions, AreWatchedFromThoseThereToTheirEnd) {
  Join("realm1");
  v1::WatchSessionsRequest request;
  request.set_parent("workers/-");
  request.set_filter("realm = realm1");
  const auto context = Context();
  const auto reader = stub_->WatchSessions(context.get(), request);
  v1::SessionEvent event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::SessionEvent::PRESENT);
  Join("elsewhere");
  Join("realm1");
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::SessionEvent::OPENED);
  const std::string name = event.session().name();
  clients_.pop_back();
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::SessionEvent::ENDED);
  EXPECT_EQ(event.session().name(), name);
  EXPECT_EQ(event.end().stage(), v1::EndedSession::OPEN);
  context->TryCancel();
  while (reader->Read(&event)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), Code::CANCELLED);
}

TEST_F(Sessions, AWatchEndsWhenAProcessDoes) {
  v1::WatchSessionsRequest request;
  request.set_parent("workers/edge");
  const auto context = Context();
  const auto reader = stub_->WatchSessions(context.get(), request);
  Join();
  v1::SessionEvent event;
  ASSERT_TRUE(reader->Read(&event));  // it has begun
  for (const auto& [name, pid] : node_.Workers()) kill(pid, SIGKILL);
  while (reader->Read(&event)) {
  }
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), Code::ABORTED) << status.error_message();
}

TEST_F(Sessions, AreTracedWithoutTheirPayload) {
  WampClient& client = Join("realm1");
  const std::string name = List("").sessions(0).name();
  v1::TraceSessionsRequest request;
  request.set_name(name);
  const auto context = Context();
  const auto reader = stub_->TraceSessions(context.get(), request);
  std::atomic<bool> traced{false};
  std::thread calls([&] {  // until the trace has begun
    for (int call = 1; !traced; ++call) Call(client, call);
  });
  v1::TracedMessage message;
  const bool read = reader->Read(&message);
  traced = true;
  calls.join();
  ASSERT_TRUE(read) << reader->Finish().error_message();
  client.Send({48, 4242, json::object(), "com.example.echo", {"payload"}});
  EXPECT_EQ(client.Receive().at(0), 50);
  while (message.request() != 4242) ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.session(), name);
  EXPECT_EQ(message.direction(), v1::TracedMessage::FROM_CLIENT);
  EXPECT_EQ(message.type(), "CALL");
  EXPECT_EQ(message.uri(), "com.example.echo");
  EXPECT_EQ(message.outcome(), "relayed");
  EXPECT_EQ(message.DebugString().find("payload"), std::string::npos);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.type(), "RESULT");
  EXPECT_EQ(message.direction(), v1::TracedMessage::FROM_BACKEND);
  clients_.clear();
  while (reader->Read(&message)) {
  }
  EXPECT_TRUE(reader->Finish().ok()) << "ends with its session";
}

TEST_F(Sessions, ATraceOfNobodyIsNotFound) {
  v1::TraceSessionsRequest request;
  v1::TracedMessage message;
  const auto trace = [&] {
    const auto context = Context();
    const auto reader = stub_->TraceSessions(context.get(), request);
    EXPECT_FALSE(reader->Read(&message));
    return reader->Finish().error_code();
  };
  EXPECT_EQ(trace(), Code::INVALID_ARGUMENT);
  request.set_name("workers/edge/sessions/1");
  EXPECT_EQ(trace(), Code::NOT_FOUND);
  request.set_name("edge");
  EXPECT_EQ(trace(), Code::INVALID_ARGUMENT);
}

TEST_F(Sessions, AWatcherThatDoesNotKeepUpIsToldSo) {
  for (int i = 0; i < 4; ++i) Join("realm1");
  v1::TraceSessionsRequest request;
  request.set_authid("stub");
  const auto context = Context(std::chrono::seconds(250));
  const auto reader = stub_->TraceSessions(context.get(), request);  // and not read
  std::atomic<bool> over{false};
  std::vector<std::thread> callers;
  const std::string uri = "com.example." + std::string(200, 'a');
  for (auto& client : clients_) {
    callers.emplace_back([&over, &uri, client = client.get()] {
      for (int request = 1; !over; request += 64) {
        for (int i = 0; i < 64; ++i) client->Send({48, request + i, json::object(), uri, json::array()});
        for (int i = 0; i < 64; ++i) {
          if (client->Receive().is_null()) return;
        }
      }
    });
  }
  const auto calls = [this] {
    std::uint64_t sum = 0;
    const auto listed = List("");
    for (const auto& session : listed.sessions()) sum += session.messages_from_client();
    return sum;
  };
  constexpr std::uint64_t kEnough = 30000;  // some 15 MB of items
  EXPECT_TRUE(Await([&] { return calls() > kEnough; }, std::chrono::seconds(200))) << calls();
  v1::TracedMessage message;
  while (reader->Read(&message)) {
  }
  over = true;
  for (auto& caller : callers) caller.join();
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), Code::RESOURCE_EXHAUSTED) << status.error_message();
}

}  // namespace
}  // namespace wampgate::test
