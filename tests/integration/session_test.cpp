#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "integration/session_node.hpp"

/// Lists, ends and closing of real sessions, over gRPC and with `wampgatectl session`.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using wamp::Serializer;
using Code = grpc::StatusCode;

TEST_F(Sessions, AreListedWithWhatTheyDo) {
  Call(Join("realm1"), 1);
  const auto sessions = List("realm = realm1");
  ASSERT_EQ(sessions.sessions_size(), 1) << status_.error_message();
  const v1::Session& session = sessions.sessions(0);
  EXPECT_THAT(session.name(), HasSubstr("workers/edge/sessions/"));
  EXPECT_THAT(session.process(), HasSubstr("workers/edge/processes/"));
  EXPECT_EQ(session.authid(), "stub");
  EXPECT_EQ(session.transport(), "workers/edge/transports/web/paths/ws");
  EXPECT_EQ(session.framing(), "websocket");
  EXPECT_EQ(session.client_serializer(), "json");
  EXPECT_THAT(session.peer(), HasSubstr("127.0.0.1"));
  EXPECT_FALSE(session.backend().empty());
  EXPECT_EQ(session.backend_serializer(), "json");
  EXPECT_EQ(session.messages_from_client(), 2U);  // HELLO and CALL
  EXPECT_EQ(session.messages_to_client(), 2U);
  EXPECT_GT(session.octets_from_client(), 20U);

  v1::GetSessionRequest request;
  request.set_name(session.name());
  v1::Session got;
  EXPECT_TRUE(stub_->GetSession(Context().get(), request, &got).ok());
  EXPECT_EQ(got.name(), session.name());
  EXPECT_EQ(got.process(), session.process());
}

TEST_F(Sessions, OfAllProcessesAreFilteredSortedAndPaged) {
  for (int i = 0; i < 20; ++i) Join(i % 2 == 0 ? "even" : "odd");
  std::set<std::string> names, processes;
  std::string token;
  int pages = 0;
  do {
    const auto page = List("", "realm desc", 7, token);
    ASSERT_TRUE(ok_) << status_.error_message();
    for (const auto& session : page.sessions()) {
      EXPECT_TRUE(names.insert(session.name()).second) << "twice: " << session.name();
      processes.insert(session.process());
      EXPECT_EQ(session.realm(), names.size() <= 10 ? "odd" : "even");
    }
    token = page.next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(names.size(), 20U);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(processes.size(), 2U) << "20 connections on one of two processes";
  EXPECT_EQ(List("realm = odd AND age < 3600s").sessions_size(), 10);
  EXPECT_EQ(List("age > 3600s").sessions_size(), 0);
  EXPECT_EQ(List("", "", 0, "", "workers/edge").sessions_size(), 20);
}

TEST_F(Sessions, RequestsWithMistakesAreRefusedWithTheField) {
  EXPECT_EQ(ListCode("realm ="), Code::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_message(), HasSubstr("filter"));
  EXPECT_EQ(ListCode("relm = a"), Code::INVALID_ARGUMENT);
  EXPECT_EQ(ListCode("age > tomorrow"), Code::INVALID_ARGUMENT);
  EXPECT_EQ(ListCode("realm = \"open"), Code::INVALID_ARGUMENT);
  EXPECT_EQ(ListCode("", "heigth desc"), Code::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_message(), HasSubstr("order_by"));
  EXPECT_EQ(ListCode("", "", "nonsense"), Code::INVALID_ARGUMENT);
  EXPECT_EQ(ListCode("", "", "", "edge"), Code::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_message(), HasSubstr("parent"));
  EXPECT_EQ(ListCode("", "", "", "workers/nobody"), Code::NOT_FOUND);

  Ended("stage = moon");
  EXPECT_EQ(status_.error_code(), Code::INVALID_ARGUMENT);
  Ended("", 0, "12");
  EXPECT_EQ(status_.error_code(), Code::INVALID_ARGUMENT);
  Ended("", -1);
  EXPECT_EQ(status_.error_code(), Code::INVALID_ARGUMENT);

  EXPECT_EQ(Close(Closing("")), Code::INVALID_ARGUMENT);
  EXPECT_EQ(Close(Closing("realm ! x")), Code::INVALID_ARGUMENT);
  auto request = Closing("all");
  request.set_websocket_code(1005);
  EXPECT_EQ(Close(request), Code::INVALID_ARGUMENT);
  request = Closing("all");
  request.set_reason("not a uri\r\n");
  EXPECT_EQ(Close(request), Code::INVALID_ARGUMENT);
  request = Closing("all");
  request.mutable_retry_after()->set_seconds(-1);
  EXPECT_EQ(Close(request), Code::INVALID_ARGUMENT);

  v1::GetSessionRequest get;
  v1::Session session;
  get.set_name("workers/edge/sessions/12345");
  EXPECT_EQ(stub_->GetSession(Context().get(), get, &session).error_code(), Code::NOT_FOUND);
  get.set_name("workers/edge/sessions/" + std::string(1000, '9') + "\r\n");
  EXPECT_EQ(stub_->GetSession(Context().get(), get, &session).error_code(), Code::INVALID_ARGUMENT);
}

TEST_F(Sessions, AreClosedWithReasonCodeAndRetryHint) {
  WampClient& first = Join("closed");
  WampClient& kept = Join("kept");
  auto request = Closing("realm = closed");
  request.set_reason("com.example.maintenance");
  request.set_message("back soon");
  request.set_websocket_code(4321);
  request.mutable_retry_after()->set_seconds(30);
  request.set_validate_only(true);
  google::longrunning::Operation operation;
  ASSERT_EQ(Close(request, &operation), Code::OK) << status_.error_message();
  v1::CloseSessionsProgress progress;
  ASSERT_TRUE(operation.metadata().UnpackTo(&progress));
  EXPECT_TRUE(operation.done());
  EXPECT_EQ(progress.sessions_total(), 1U);
  EXPECT_EQ(List("realm = closed").sessions_size(), 1) << "counted only";

  request.set_validate_only(false);
  ASSERT_EQ(Close(request, &operation), Code::OK) << status_.error_message();
  const json goodbye = first.Receive();
  EXPECT_EQ(goodbye, (json{6, {{"message", "back soon"}, {"retry_after", 30}}, "com.example.maintenance"}));
  first.Send({6, json::object(), "wamp.close.goodbye_and_out"});
  EXPECT_EQ(first.AwaitEnd(), 4321);
  Call(kept, 1);
  ASSERT_TRUE(Await([this] { return Ended("realm = closed").ended_size() == 1; }));
  EXPECT_EQ(Ended("realm = closed").ended(0).reason(), "closed_by_operator");
}

TEST_F(Sessions, AreClosedAtARateAndTheOperationIsCancelled) {
  for (int i = 0; i < 8; ++i) Join();
  const auto closed = Session({"close", "--all", "--rate", "1"});
  ASSERT_EQ(closed.exit_code, 0) << closed.err;
  const std::size_t name = closed.out.find("operations/");
  ASSERT_NE(name, std::string::npos) << closed.out;
  const std::string operation = closed.out.substr(name + 11, closed.out.find(' ', name) - name - 11);
  EXPECT_EQ(Ctl(node_, {"operation", "cancel", operation}).exit_code, 0);
  EXPECT_NE(Ctl(node_, {"operation", "wait", operation, "--for", "30"}).exit_code, 0);
  EXPECT_GT(List("").sessions_size(), 0);
  const auto all = Session({"close", "--all", "--wait"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_TRUE(Await([this] { return List("").sessions_size() == 0; }));
}

TEST_F(Sessions, EndsAndRefusalsAreKeptNewestFirstWithTheBackendsWords) {
  Join("realm1");
  clients_.clear();
  auto refused = WampClient::WebSocket({port_}, "/ws", Serializer::kJson);
  refused->Send({1,
                 "refused",
                 {{"roles", {{"caller", json::object()}}},
                  {"authid", kHostile},
                  {"authmethods", {"ticket", "wampcra"}}}});
  EXPECT_EQ(refused->Receive().at(0), 3);
  BlockingSocket no_upgrade(ConnectTo({port_}));
  no_upgrade.Write(
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
      "User-Agent: curl\r\n\r\n");
  EXPECT_THAT(no_upgrade.TakeThrough("\r\n", WampClient::kDeadline), HasSubstr("HTTP/1.1 4"));
  ASSERT_TRUE(Await([this] { return Ended("").ended_size() == 3; })) << Ended("").DebugString();

  const auto join = Ended("stage = join AND reason = backend_refused");
  ASSERT_EQ(join.ended_size(), 1) << status_.error_message() << Ended("").DebugString();
  const v1::EndedSession& refusal = join.ended(0);
  EXPECT_EQ(refusal.realm(), "refused");
  EXPECT_EQ(refusal.authid(), kHostile);
  EXPECT_EQ(refusal.session(), "");
  ASSERT_EQ(refusal.authmethods_size(), 2);
  EXPECT_EQ(refusal.authmethods(1), "wampcra");
  EXPECT_EQ(refusal.backend_reason(), "com.example.error.unwanted");
  EXPECT_EQ(refusal.backend_message(), "we do not like \x1b[31myou");
  EXPECT_FALSE(refusal.backend().empty());
  EXPECT_EQ(Ended("stage = open AND realm = realm1").ended_size(), 1);
  EXPECT_EQ(Ended("stage = upgrade").ended_size(), 1);

  std::string token;
  std::int64_t last = INT64_MAX;
  int count = 0;
  do {
    const auto page = Ended("", 1, token);
    ASSERT_LE(page.ended_size(), 1);
    for (const auto& ended : page.ended()) {
      const std::int64_t time = ended.end_time().seconds() * 1'000'000'000 + ended.end_time().nanos();
      EXPECT_LE(time, last);
      last = time;
      ++count;
    }
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(count, 3);
}

TEST_F(Sessions, HostileTextsReachNoTerminalAsTheyAre) {
  Join("hostile");
  Join("vast");
  const auto vast = List("realm = vast");
  ASSERT_EQ(vast.sessions_size(), 1) << status_.error_message();
  EXPECT_LE(vast.sessions(0).authid().size(), 256U);
  EXPECT_THAT(vast.sessions(0).authid(), ::testing::EndsWith("…"));
  EXPECT_EQ(List("realm = hostile").sessions(0).authid(), kHostile);
  for (const auto& arguments : {std::vector<std::string>{"list"},
                                {"get", "edge/4711"},
                                {"list", "-o", "json"},
                                {"list", "-o", "yaml"}}) {
    const CtlResult shown = Session(arguments);
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("admin"));
    EXPECT_THAT(shown.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(shown.out, Not(HasSubstr("\x07")));
    EXPECT_THAT(shown.out, Not(HasSubstr("\r")));
  }
  EXPECT_THAT(Session({"list"}).out, HasSubstr("eve\\x0D\\x0Aadmin"));
  EXPECT_EQ(Session({"list", "-o", "name"}).out, "workers/edge/sessions/4711\nworkers/edge/sessions/4712\n");
  EXPECT_EQ(Session({"get", "edge/1"}).exit_code, 1);
}

}  // namespace
}  // namespace wampgate::test
