#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <wampgate/v1/session_service.grpc.pb.h>

#include <functional>
#include <set>
#include <thread>

#include "integration/configurations.hpp"
#include "support/ctl.hpp"
#include "support/node_process.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

/// SessionService over gRPC, and `wampgatectl session`, with real sessions.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using wamp::Serializer;
using Code = grpc::StatusCode;

const std::string kHostile = "eve\r\nadmin \x1b[2J\x1b]0;owned\x07 \xE2\x80\xAEtxt";

/// Welcomes all; realm "hostile" as kHostile, realm "vast" with a megabyte of authid, and refuses realm
/// "refused".
bool Script(StubRouter::Connection& connection, const json& message) {
  if (message.at(0) != 1) return false;
  const std::string realm = message.at(1);
  if (realm == "refused") {
    connection.Send({3, {{"message", "we do not like \x1b[31myou"}}, "com.example.error.unwanted"});
    return true;
  }
  if (realm != "hostile" && realm != "vast") return false;
  const std::string authid = realm == "vast" ? std::string(1024 * 1024, 'v') : kHostile;
  connection.Send({2,
                   realm == "vast" ? 4712 : 4711,
                   {{"realm", realm},
                    {"authid", authid},
                    {"authrole", "anonymous"},
                    {"authmethod", "anonymous"},
                    {"roles", {{"broker", json::object()}, {"dealer", json::object()}}}}});
  return true;
}

class Sessions : public ::testing::Test {
 protected:
  void SetUp() override {
    json worker = TransparentWorker();
    worker["options"]["processes"] = 2;
    router_ = std::make_unique<StubRouter>(node_.directory() + "/router.sock", 200, Script);
    node_.Start({.configuration = NodeText({worker})});
    port_ = node_.AwaitPort("edge", "web", 2);
    ASSERT_NE(port_, 0) << node_.log();
    stub_ = v1::SessionService::NewStub(grpc::CreateChannel("unix:" + node_.directory() + "/wampgate.sock",
                                                            grpc::InsecureChannelCredentials()));
    ASSERT_TRUE(Await([this] { return List("").unreachable().empty() && ok_; })) << status_.error_message();
  }
  void TearDown() override {
    clients_.clear();
    EXPECT_EQ(node_.Stop(), 0) << node_.log();
    if (HasFailure()) std::cerr << node_.log();
  }

  static bool Await(const std::function<bool()>& condition,
                    std::chrono::milliseconds deadline = NodeProcess::kDeadline) {
    for (const auto end = std::chrono::steady_clock::now() + deadline;;) {
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  static std::unique_ptr<grpc::ClientContext> Context(
      std::chrono::milliseconds deadline = NodeProcess::kDeadline) {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + deadline);
    return context;
  }
  WampClient& Join(const std::string& realm = "realm1") {
    clients_.push_back(WampClient::WebSocket({port_}, "/ws", Serializer::kJson));
    EXPECT_EQ(clients_.back()->Join(realm).at(0), 2) << realm;
    return *clients_.back();
  }
  void Call(WampClient& client, int request) {
    client.Send({48, request, json::object(), "com.example.echo", {request}});
    EXPECT_EQ(client.Receive().at(0), 50);
  }

  v1::ListSessionsResponse List(const std::string& filter, const std::string& order = "", int size = 0,
                                const std::string& token = "", const std::string& parent = "workers/-") {
    v1::ListSessionsRequest request;
    request.set_parent(parent);
    request.set_filter(filter);
    request.set_order_by(order);
    request.set_page_size(size);
    request.set_page_token(token);
    v1::ListSessionsResponse response;
    status_ = stub_->ListSessions(Context().get(), request, &response);
    ok_ = status_.ok();
    return response;
  }
  Code ListCode(const std::string& filter, const std::string& order = "", const std::string& token = "",
                const std::string& parent = "workers/-") {
    List(filter, order, 0, token, parent);
    return status_.error_code();
  }
  v1::ListEndedResponse Ended(const std::string& filter, int size = 0, const std::string& token = "") {
    v1::ListEndedRequest request;
    request.set_parent("workers/-");
    request.set_filter(filter);
    request.set_page_size(size);
    request.set_page_token(token);
    v1::ListEndedResponse response;
    status_ = stub_->ListEnded(Context().get(), request, &response);
    return response;
  }
  Code Close(v1::CloseSessionsRequest request, google::longrunning::Operation* operation = nullptr) {
    google::longrunning::Operation ignored;
    if (request.parent().empty()) request.set_parent("workers/-");
    status_ = stub_->CloseSessions(Context().get(), request, operation != nullptr ? operation : &ignored);
    return status_.error_code();
  }
  static v1::CloseSessionsRequest Closing(const std::string& filter) {
    v1::CloseSessionsRequest request;
    request.set_filter(filter);
    return request;
  }
  CtlResult Session(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "session");
    return Ctl(node_, arguments);
  }

  NodeProcess node_;
  std::unique_ptr<StubRouter> router_;
  int port_ = 0;
  std::unique_ptr<v1::SessionService::Stub> stub_;
  std::vector<std::unique_ptr<WampClient>> clients_;
  grpc::Status status_;
  bool ok_ = false;
};

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
