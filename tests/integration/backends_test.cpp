#include <gmock/gmock.h>
#include <google/longrunning/operations.grpc.pb.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <wampgate/v1/backend_service.grpc.pb.h>
#include <wampgate/v1/node_service.grpc.pb.h>
#include <wampgate/v1/route_service.grpc.pb.h>

#include <functional>

#include "integration/managed_node.hpp"

/// Backends of a running node: how they are, taken out of service and back, probed, and chosen, over real
/// gRPC.
namespace wampgate::test {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Process = v1::BackendProcess;
using Stub = v1::BackendService::Stub;

constexpr const char* kFirst = "workers/edge/backends/first";
constexpr const char* kSecond = "workers/edge/backends/second";

/// Two processes; routes of realm1 to both routers.
class Backends : public ManagedNode {
 protected:
  static json TwoBackends(const json& route = {"first", "second"}) {
    json worker = Edge();
    worker["options"] = {{"processes", 2}};
    worker["connections"]["second"] = Connection("second.sock");
    worker["routes"]["realm1"]["anonymous"] = route;
    return worker;
  }
  void SetUp() override {
    first_ = std::make_unique<StubRouter>(node_.directory() + "/router.sock", 200);
    second_ = std::make_unique<StubRouter>(node_.directory() + "/second.sock", 200);
    Start();
    port_ = node_.AwaitPort("edge", "web", 2);
    ASSERT_NE(port_, 0) << node_.log();
  }
  void Start() {
    const std::size_t mark = node_.LogMark();
    node_.Start({.configuration = NodeText({TwoBackends()})});
    const auto serves = [](const json& line) { return line.value("msg", "") == "the node serves"; };
    ASSERT_FALSE(node_.AwaitLine(serves, NodeProcess::kDeadline, mark).is_null()) << node_.log();
    channel_ = grpc::CreateChannel("unix:" + node_.directory() + "/wampgate.sock",
                                   grpc::InsecureChannelCredentials());
    backends_ = v1::BackendService::NewStub(channel_);
  }
  template <typename AnyStub, typename Request, typename Response>
  static grpc::Status Call(AnyStub& stub,
                           grpc::Status (AnyStub::*method)(grpc::ClientContext*, const Request&, Response*),
                           const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    response.Clear();
    return (stub.*method)(&context, request, &response);
  }
  v1::BackendView Get(const char* name) {
    v1::GetBackendRequest request;
    request.set_name(name);
    v1::BackendView view;
    const auto status = Call(*backends_, &Stub::GetBackend, request, view);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return view;
  }
  bool Becomes(const char* name, const std::function<bool(const v1::BackendView&)>& condition) {
    for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
      if (condition(Get(name))) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  grpc::Status SetState(const char* name, Process::State state) {
    v1::SetBackendStateRequest request;
    request.set_name(name);
    request.set_state(state);
    v1::BackendView view;
    const auto status = Call(*backends_, &Stub::SetBackendState, request, view);
    if (status.ok()) EXPECT_EQ(view.state(), state);
    return status;
  }
  std::vector<std::unique_ptr<WampClient>> Joined(int count) {
    std::vector<std::unique_ptr<WampClient>> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(Client());
      EXPECT_EQ(clients.back()->Join("realm1").at(0), 2);
    }
    return clients;
  }
  google::longrunning::Operation Wait(const std::string& name) {
    const auto stub = google::longrunning::Operations::NewStub(channel_);
    google::longrunning::WaitOperationRequest request;
    request.set_name(name);
    request.mutable_timeout()->set_seconds(50);
    google::longrunning::Operation operation;
    const auto status =
        Call(*stub, &google::longrunning::Operations::Stub::WaitOperation, request, operation);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return operation;
  }
  v1::ResolveRouteResponse Resolve(const std::string& parent, const std::string& realm = "realm1") {
    const auto routes = v1::RouteService::NewStub(channel_);
    v1::ResolveRouteRequest request;
    request.set_parent(parent);
    request.set_realm(realm);
    request.set_role("anonymous");
    v1::ResolveRouteResponse response;
    const auto status = Call(*routes, &v1::RouteService::Stub::ResolveRoute, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> backends_;
};

TEST_F(Backends, ShowHowTheyAreInAllProcesses) {
  EXPECT_EQ(Get(kFirst).health(), Process::UNKNOWN);
  auto clients = Joined(12);
  const auto first = Get(kFirst);
  const auto second = Get(kSecond);
  EXPECT_EQ(first.sessions() + second.sessions(), 12u);
  EXPECT_EQ(first.joins() + second.joins(), 12u);
  EXPECT_EQ(first.health(), Process::UP);
  EXPECT_TRUE(first.has_since());
  EXPECT_EQ(first.state(), Process::ACTIVE);
  EXPECT_EQ(first.processes_size(), 2);
  EXPECT_EQ(first.unreachable_size(), 0);
  second_.reset();
  EXPECT_TRUE(Becomes(kSecond, [](const auto& view) { return view.sessions() == 0; }));
  EXPECT_TRUE(Becomes(kSecond, [this](const auto& view) {
    if (view.health() == Process::DOWN) return true;  // each process has found that it is gone
    Joined(2);
    return false;
  }));
  EXPECT_THAT(Get(kSecond).last_error(), HasSubstr("second.sock"));
  EXPECT_GT(Get(kSecond).failures(), 0u);

  v1::ListBackendsRequest list;
  list.set_parent("workers/-");
  list.set_filter("health = down");
  v1::ListBackendsResponse found;
  ASSERT_TRUE(Call(*backends_, &Stub::ListBackends, list, found).ok());
  ASSERT_EQ(found.backends_size(), 1);
  EXPECT_EQ(found.backends(0).name(), kSecond);
}

TEST_F(Backends, TellOfTheirHealthInTheEvents) {
  const auto stub = v1::NodeService::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  const auto events = stub->WatchEvents(&context, {});
  const auto await = [&](const std::function<bool(const v1::NodeEvent&)>& wanted) {
    v1::NodeEvent event;
    while (events->Read(&event)) {
      if (event.name() == kSecond && wanted(event)) return event;
    }
    return v1::NodeEvent();
  };
  EXPECT_EQ(await([](const auto& event) { return event.kind() == v1::NodeEvent::SNAPSHOT; }).state(),
            "active")
      << "nobody has tried it";
  const auto clients = Joined(12);
  EXPECT_EQ(await([](const auto& event) { return event.state() == "up"; }).kind(), v1::NodeEvent::STARTED);
  second_.reset();
  EXPECT_TRUE(Becomes(kSecond, [this](const auto& view) {
    if (view.health() == Process::DOWN) return true;
    Joined(2);
    return false;
  }));
  const v1::NodeEvent down = await([](const auto& event) { return event.state() == "down"; });
  EXPECT_EQ(down.kind(), v1::NodeEvent::FAILED);
  EXPECT_THAT(down.detail(), HasSubstr("second.sock, down in "));
  context.TryCancel();
}

TEST_F(Backends, InMaintenanceGetNoNewSessionsAndKeepThoseTheyHave) {
  auto before = Joined(8);
  ASSERT_TRUE(SetState(kFirst, Process::MAINTENANCE).ok());
  ASSERT_TRUE(Becomes(kFirst, [](const auto& view) {
    return view.processes_size() == 2 && view.processes(0).state() == Process::MAINTENANCE &&
           view.processes(1).state() == Process::MAINTENANCE;
  }));
  const int had = first_->accepted();
  auto after = Joined(8);
  EXPECT_EQ(first_->accepted(), had);
  for (auto& client : before) EXPECT_TRUE(Echoes(*client, 1));
  json changed = TwoBackends();
  changed["transports"][0]["paths"]["value"]["value"] = 42;
  ASSERT_EQ(Apply(changed).exit_code, 0);
  EXPECT_EQ(Get(kFirst).state(), Process::MAINTENANCE) << "untouched by Apply";
  EXPECT_THAT(Ctl(node_, {"status"}).out, HasSubstr("backends/first"));

  ASSERT_TRUE(SetState(kSecond, Process::MAINTENANCE).ok());
  auto refused = Client();
  const json abort = refused->Join("realm1");
  EXPECT_EQ(abort.at(0), 3);
  EXPECT_THAT(abort.dump(), HasSubstr("backend first is in maintenance; backend second is in maintenance"));

  ASSERT_TRUE(SetState(kFirst, Process::ACTIVE).ok());
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
  EXPECT_GT(first_->accepted(), had);
  EXPECT_EQ(SetState("workers/edge/backends/nosuch", Process::ACTIVE).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(SetState(kFirst, Process::STATE_UNSPECIFIED).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(Backends, KeepTheirStateOverTheDeathOfTheSupervisorAndLoseItWithTheirObject) {
  ASSERT_TRUE(SetState(kFirst, Process::MAINTENANCE).ok());
  node_.Signal(SIGKILL);
  ASSERT_EQ(node_.AwaitExit(), 128 + SIGKILL);
  Start();
  EXPECT_EQ(Get(kFirst).state(), Process::MAINTENANCE);
  auto joined = Joined(4);
  EXPECT_EQ(first_->accepted(), 0);
  ASSERT_EQ(Ctl(node_, {"worker", "restart", "edge"}).exit_code, 0);
  auto with_new_processes = Joined(4);
  EXPECT_EQ(first_->accepted(), 0) << "processes that start later know it, too";

  ASSERT_EQ(Apply(TwoBackends("second")).exit_code, 0);
  ASSERT_EQ(Ctl(node_, {"backend", "delete", "edge/first"}).exit_code, 0);
  ASSERT_EQ(
      Ctl(node_, {"backend", "create", "edge/first", "-f", "-"}, Connection("router.sock").dump()).exit_code,
      0);
  EXPECT_EQ(Get(kFirst).state(), Process::ACTIVE) << "one of the same name is another one";
  EXPECT_THAT(Ctl(node_, {"status"}).out, Not(HasSubstr("backends/first")));
  ASSERT_EQ(Apply(TwoBackends("first")).exit_code, 0);
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
  EXPECT_EQ(first_->accepted(), 1);
}

TEST_F(Backends, DrainTheirSessionsAndNoOthers) {
  auto clients = Joined(12);
  const auto on_first = static_cast<int>(Get(kFirst).sessions());
  ASSERT_GT(on_first, 0);
  v1::DrainBackendRequest request;
  request.set_name(kFirst);
  request.set_rate(1000);
  request.mutable_lame_duck()->set_seconds(3600);
  request.mutable_deadline()->set_seconds(7200);
  google::longrunning::Operation operation;
  ASSERT_TRUE(Call(*backends_, &Stub::DrainBackend, request, operation).ok());
  v1::DrainProgress progress;
  ASSERT_TRUE(operation.metadata().UnpackTo(&progress));
  EXPECT_EQ(progress.subject(), kFirst);
  const int had = first_->accepted();
  auto newcomers = Joined(4);
  EXPECT_EQ(first_->accepted(), had) << "no new ones even in its lame-duck time";
  for (auto& client : clients) EXPECT_TRUE(Echoes(*client, 1));
  request.set_rate(7);
  EXPECT_EQ(Call(*backends_, &Stub::DrainBackend, request, operation).error_code(),
            StatusCode::FAILED_PRECONDITION);

  v1::UndrainBackendRequest undrain;
  undrain.set_name(kFirst);
  v1::BackendView view;
  ASSERT_TRUE(Call(*backends_, &Stub::UndrainBackend, undrain, view).ok());
  EXPECT_EQ(view.state(), Process::ACTIVE);
  EXPECT_EQ(view.sessions(), static_cast<std::uint64_t>(on_first));

  request.clear_lame_duck();
  request.set_rate(1000);
  ASSERT_TRUE(Call(*backends_, &Stub::DrainBackend, request, operation).ok());
  operation = Wait(operation.name());
  ASSERT_TRUE(operation.done());
  EXPECT_FALSE(operation.has_error()) << operation.error().message();
  ASSERT_TRUE(operation.metadata().UnpackTo(&progress));
  EXPECT_EQ(progress.sessions_total(), static_cast<std::uint64_t>(on_first));
  EXPECT_EQ(progress.sessions_left(), 0u);
  ASSERT_TRUE(operation.response().UnpackTo(&view));
  EXPECT_EQ(view.name(), kFirst);
  int closed = 0;
  for (auto& client : clients) {
    client->Send({48, 9, json::object(), "com.example.echo", {9}});
    closed += client->Receive().at(0) == 6;
  }
  EXPECT_EQ(closed, on_first);
  EXPECT_EQ(Get(kFirst).state(), Process::DRAINING) << "until somebody says otherwise";
}

TEST_F(Backends, AreProbedInEachProcess) {
  v1::ProbeBackendRequest request;
  request.set_name(kFirst);
  request.set_realm("realm1");
  v1::ProbeBackendResponse response;
  ASSERT_TRUE(SetState(kFirst, Process::MAINTENANCE).ok()) << "and whatever their state";
  ASSERT_TRUE(Call(*backends_, &Stub::ProbeBackend, request, response).ok());
  ASSERT_EQ(response.probes_size(), 2);
  for (int i = 0; i < 2; ++i) {
    const auto& probe = response.probes(i);
    EXPECT_EQ(probe.process(), "workers/edge/processes/" + std::to_string(i));
    EXPECT_EQ(probe.outcome(), v1::BackendProbe::JOINED) << probe.message();
    EXPECT_EQ(probe.serializer(), "json");
    EXPECT_NE(probe.session(), 0u);
  }
  EXPECT_EQ(Get(kFirst).joins(), 0u) << "no client has joined";
  std::vector<std::string> roles;
  for (const json& message : first_->messages()) {
    if (message.at(0) == 1) roles.push_back(message.at(2).at("authextra").at("proxy_authrole"));
  }
  EXPECT_THAT(roles, ElementsAre("anonymous", "anonymous"));

  first_ = std::make_unique<StubRouter>(
      node_.directory() + "/router.sock", 200, [](StubRouter::Connection& connection, const json& message) {
        if (message.at(0) != 1) return false;
        connection.Send({3, {{"message", "closed for today"}}, "com.example.closed"});
        return true;
      });
  ASSERT_TRUE(Call(*backends_, &Stub::ProbeBackend, request, response).ok());
  EXPECT_EQ(response.probes(0).outcome(), v1::BackendProbe::REFUSED);
  EXPECT_EQ(response.probes(0).reason(), "com.example.closed");
  EXPECT_EQ(response.probes(0).message(), "closed for today");
  first_.reset();
  ASSERT_TRUE(Call(*backends_, &Stub::ProbeBackend, request, response).ok());
  EXPECT_EQ(response.probes(1).outcome(), v1::BackendProbe::UNREACHABLE);

  request.set_realm("");
  EXPECT_EQ(Call(*backends_, &Stub::ProbeBackend, request, response).error_code(),
            StatusCode::INVALID_ARGUMENT);
  request.set_realm("realm1");
  request.set_name("workers/edge/backends/nosuch");
  EXPECT_EQ(Call(*backends_, &Stub::ProbeBackend, request, response).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(Backends, GetTheSharesThatTheirWeightsSay) {
  auto before = Joined(4);
  ASSERT_EQ(Apply(TwoBackends({{"first", {{"weight", 3}}}, {"second", {{"weight", 1}}}})).exit_code, 0);
  for (auto& client : before) EXPECT_TRUE(Echoes(*client, 1)) << "sessions stay where they are";
  const int first = first_->accepted(), second = second_->accepted();
  auto clients = Joined(40);
  EXPECT_EQ(first_->accepted() - first + second_->accepted() - second, 40);
  EXPECT_NEAR(first_->accepted() - first, 30, 2) << "two processes, each with turns of its own";
  ASSERT_EQ(Apply(TwoBackends({{"first", {{"backup", true}}}, {"second", json::object()}})).exit_code, 0);
  const int then = first_->accepted();
  auto more = Joined(4);
  EXPECT_EQ(first_->accepted(), then);
  second_.reset();
  auto stand_in = Joined(4);
  EXPECT_EQ(first_->accepted(), then + 4);
}

TEST_F(Backends, OfARouteAreExplained) {
  ASSERT_EQ(Apply(TwoBackends({{"first", {{"weight", 0}}}, {"second", {{"weight", 7}}}})).exit_code, 0);
  auto response = Resolve("workers/edge");
  ASSERT_EQ(response.decisions_size(), 2);
  const auto& decision = response.decisions(1);
  EXPECT_EQ(decision.process(), "workers/edge/processes/1");
  EXPECT_EQ(decision.route(), "workers/edge/routes/realm1/anonymous");
  ASSERT_EQ(decision.targets_size(), 2);
  EXPECT_EQ(decision.targets(0).backend(), kSecond);
  EXPECT_EQ(decision.targets(0).weight(), 7u);
  EXPECT_TRUE(decision.targets(0).usable());
  EXPECT_TRUE(decision.targets(0).next());
  EXPECT_FALSE(decision.targets(1).usable());
  EXPECT_EQ(decision.targets(1).reason(), "its weight is 0");

  ASSERT_TRUE(SetState(kSecond, Process::DRAINING).ok());
  response = Resolve("workers/edge/processes/0");
  ASSERT_EQ(response.decisions_size(), 1);
  EXPECT_EQ(response.decisions(0).targets(0).reason(), "an operator drains it");
  EXPECT_FALSE(response.decisions(0).targets(0).next());
  EXPECT_THAT(response.decisions(0).reason(), HasSubstr("sessions are refused: backend first has weight 0"));
  EXPECT_EQ(Resolve("workers/-", "nowhere").decisions(0).reason(), "no route is for realm \"nowhere\"");

  const auto routes = v1::RouteService::NewStub(channel_);
  v1::ResolveRouteRequest request;
  request.set_realm("realm1");
  request.set_role("anonymous");
  for (const auto& [parent, code] : {std::pair{"workers/edge/processes/7", StatusCode::NOT_FOUND},
                                     std::pair{"workers/nosuch", StatusCode::NOT_FOUND},
                                     std::pair{"workers/edge/processes/x", StatusCode::INVALID_ARGUMENT},
                                     std::pair{"edge", StatusCode::INVALID_ARGUMENT}}) {
    request.set_parent(parent);
    EXPECT_EQ(Call(*routes, &v1::RouteService::Stub::ResolveRoute, request, response).error_code(), code)
        << parent;
  }
}

TEST_F(Backends, AreManagedByTheCommands) {
  EXPECT_THAT(Ctl(node_, {"backend", "list"}).out, HasSubstr("HEALTH"));
  const CtlResult probe = Ctl(node_, {"backend", "probe", "edge/first", "--realm", "realm1"});
  EXPECT_EQ(probe.exit_code, 0) << probe.err;
  EXPECT_THAT(probe.out, HasSubstr("joined"));
  EXPECT_THAT(Ctl(node_, {"backend", "set-state", "edge/first", "maintenance"}).out,
              HasSubstr("maintenance"));
  const CtlResult resolve = Ctl(node_, {"route", "resolve", "realm1", "--worker", "edge", "--process", "0"});
  EXPECT_EQ(resolve.exit_code, 0) << resolve.err;
  EXPECT_THAT(resolve.out, HasSubstr("an operator has it in maintenance"));
  const CtlResult drain = Ctl(node_, {"backend", "drain", "edge/first", "--wait"});
  EXPECT_EQ(drain.exit_code, 0) << drain.err;
  EXPECT_THAT(drain.out, HasSubstr("workers/edge/backends/first: done, 0 of 0 sessions left"));
  EXPECT_THAT(Ctl(node_, {"backend", "undrain", "edge/first"}).out, HasSubstr("active"));
  first_.reset();
  EXPECT_EQ(Ctl(node_, {"backend", "probe", "edge/first", "--realm", "realm1"}).exit_code, 1);
  EXPECT_EQ(Ctl(node_, {"backend", "set-state", "edge/first", "asleep"}).exit_code, 1);
  ASSERT_EQ(Ctl(node_, {"route", "update", "edge/realm1/anonymous", "-f", "-"},
                R"({"first": {"weight": 2}, "second": {"backup": true}})")
                .exit_code,
            0);
  EXPECT_THAT(Ctl(node_, {"route", "list"}).out, HasSubstr("first 2, second backup"));
}

}  // namespace
}  // namespace wampgate::test
