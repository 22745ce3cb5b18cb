#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <wampgate/v1/backend_service.grpc.pb.h>
#include <wampgate/v1/config_service.grpc.pb.h>
#include <wampgate/v1/path_service.grpc.pb.h>
#include <wampgate/v1/route_service.grpc.pb.h>
#include <wampgate/v1/transport_service.grpc.pb.h>

#include <atomic>
#include <thread>

#include "integration/managed_node.hpp"

/// Transports, paths, backends and routes of a running node, one by one, over real gRPC.
namespace wampgate::test {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Objects : public ManagedNode {
 protected:
  void SetUp() override {
    ManagedNode::SetUp();
    channel_ = grpc::CreateChannel("unix:" + node_.directory() + "/wampgate.sock",
                                   grpc::InsecureChannelCredentials());
    transports_ = v1::TransportService::NewStub(channel_);
    paths_ = v1::PathService::NewStub(channel_);
    backends_ = v1::BackendService::NewStub(channel_);
    routes_ = v1::RouteService::NewStub(channel_);
    config_ = v1::ConfigService::NewStub(channel_);
  }

  /// Calls a method of a stub.
  template <typename Stub, typename Request, typename Response>
  static grpc::Status Call(Stub& stub,
                           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                           const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    response.Clear();
    return (stub.*method)(&context, request, &response);
  }
  template <typename Stub, typename Request, typename Response>
  static grpc::Status Call(std::unique_ptr<Stub>& stub,
                           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                           const Request& request, Response& response) {
    return Call(*stub, method, request, response);
  }

  using Transports = v1::TransportService::Stub;
  using Paths = v1::PathService::Stub;
  using Backends = v1::BackendService::Stub;
  using Routes = v1::RouteService::Stub;

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Transports> transports_;
  std::unique_ptr<Paths> paths_;
  std::unique_ptr<Backends> backends_;
  std::unique_ptr<Routes> routes_;
  std::unique_ptr<v1::ConfigService::Stub> config_;
};

v1::CreatePathRequest NewPath(const std::string& id, int value) {
  v1::CreatePathRequest request;
  request.set_parent("workers/edge/transports/web");
  request.set_path_id(id);
  request.mutable_path()->mutable_json()->set_value(std::to_string(value));
  return request;
}

TEST_F(Objects, APathIsCreatedReadUpdatedAndDeleted) {
  v1::PathResult result;
  ASSERT_TRUE(Call(paths_, &Paths::CreatePath, NewPath("new", 42), result).ok());
  EXPECT_EQ(result.path().name(), "workers/edge/transports/web/paths/new");
  EXPECT_EQ(result.path().url_path(), "/new");
  EXPECT_EQ(result.path().type(), "json");
  EXPECT_EQ(result.result().outcome(), v1::ApplyResult::APPLIED);
  EXPECT_EQ(result.result().revision(), 2u);
  ASSERT_EQ(result.result().plan().changes_size(), 1);
  EXPECT_EQ(result.result().plan().changes(0).action(), v1::PlannedChange::CREATE);
  ASSERT_EQ(result.result().processes_size(), 1);
  EXPECT_EQ(result.result().processes(0).process(), "workers/edge/processes/0");
  EXPECT_EQ(Fetch("/new"), "42");
  EXPECT_EQ(Call(paths_, &Paths::CreatePath, NewPath("new", 42), result).error_code(),
            StatusCode::ALREADY_EXISTS);

  v1::GetPathRequest get;
  get.set_name("workers/edge/transports/web/paths/new");
  get.set_text_format(v1::JSON_TEXT);
  v1::PathView view;
  ASSERT_TRUE(Call(paths_, &Paths::GetPath, get, view).ok());
  EXPECT_EQ(json::parse(view.text()), json({{"type", "json"}, {"value", 42}}));

  v1::UpdatePathRequest update;
  update.set_name(view.name());
  update.mutable_path()->mutable_json()->set_value("43");
  update.set_etag("0000000000000000");
  EXPECT_EQ(Call(paths_, &Paths::UpdatePath, update, result).error_code(), StatusCode::ABORTED);
  update.set_etag(view.etag());
  ASSERT_TRUE(Call(paths_, &Paths::UpdatePath, update, result).ok());
  EXPECT_NE(result.path().etag(), view.etag());
  EXPECT_EQ(Fetch("/new"), "43");
  update.set_etag("");
  ASSERT_TRUE(Call(paths_, &Paths::UpdatePath, update, result).ok());
  EXPECT_EQ(result.result().outcome(), v1::ApplyResult::NO_CHANGE);

  v1::DeletePathRequest remove;
  remove.set_name(view.name());
  remove.mutable_options()->set_validate_only(true);
  v1::ApplyResult removed;
  ASSERT_TRUE(Call(paths_, &Paths::DeletePath, remove, removed).ok());
  EXPECT_EQ(removed.outcome(), v1::ApplyResult::VALIDATED);
  EXPECT_EQ(Fetch("/new"), "43");
  remove.clear_options();
  ASSERT_TRUE(Call(paths_, &Paths::DeletePath, remove, removed).ok());
  EXPECT_EQ(Fetch("/new"), "");
  EXPECT_EQ(Call(paths_, &Paths::DeletePath, remove, removed).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Call(paths_, &Paths::GetPath, get, view).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(Objects, ATransportListensFromItsCreationToItsDeletion) {
  v1::CreateTransportRequest create;
  create.set_parent("workers/edge");
  create.mutable_text()->set_yaml(
      "id: more\ntype: rawsocket\nendpoint: {type: tcp, interface: 127.0.0.1, port: 0}\n"
      "auth: {anonymous: {type: static}}\n");
  v1::TransportResult result;
  ASSERT_TRUE(Call(transports_, &Transports::CreateTransport, create, result).ok());
  EXPECT_EQ(result.transport().name(), "workers/edge/transports/more");
  EXPECT_EQ(result.transport().state(), v1::TransportView::SERVING);
  EXPECT_EQ(result.transport().type(), "rawsocket");
  const std::string address = result.transport().address();
  ASSERT_THAT(address, HasSubstr("tcp4:127.0.0.1:"));
  const int port = std::stoi(address.substr(address.rfind(':') + 1));
  auto client = WampClient::RawSocket({port}, wamp::Serializer::kJson);
  ASSERT_EQ(client->Join("realm1").at(0), 2);

  v1::UpdateTransportRequest update;
  update.set_name(result.transport().name());
  update.mutable_transport()->mutable_rawsocket()->set_max_message_size(65536);
  update.mutable_update_mask()->add_paths("rawsocket.max_message_size");
  ASSERT_TRUE(Call(transports_, &Transports::UpdateTransport, update, result).ok());
  EXPECT_EQ(result.result().plan().changes(0).action(), v1::PlannedChange::UPDATE);
  EXPECT_EQ(result.transport().address(), address);
  EXPECT_TRUE(Echoes(*client, 1));

  v1::DeleteTransportRequest remove;
  remove.set_name(result.transport().name());
  v1::ApplyResult removed;
  ASSERT_TRUE(Call(transports_, &Transports::DeleteTransport, remove, removed).ok());
  EXPECT_TRUE(Echoes(*client, 2)) << "kept until it closes by itself";
  EXPECT_EQ(ConnectTo({port}).get(), -1);
}

TEST_F(Objects, ABackendInUseIsNotDeletedAndTheRoutesAreNamed) {
  v1::CreateBackendRequest create;
  create.set_parent("workers/edge");
  create.set_backend_id("second");
  create.mutable_text()->set_json(Connection("second.sock").dump());
  v1::BackendResult result;
  ASSERT_TRUE(Call(backends_, &Backends::CreateBackend, create, result).ok());
  EXPECT_EQ(result.backend().address(), "unix:second.sock");

  v1::CreateRouteRequest route;
  route.set_parent("workers/edge");
  route.set_realm("realm2");
  route.set_role("anonymous");
  route.mutable_text()->set_json("\"second\"");
  v1::RouteResult routed;
  ASSERT_TRUE(Call(routes_, &Routes::CreateRoute, route, routed).ok());
  EXPECT_EQ(routed.route().name(), "workers/edge/routes/realm2/anonymous");
  auto client = Client();
  ASSERT_EQ(client->Join("realm2").at(0), 2);
  EXPECT_EQ(second_->accepted(), 1);

  v1::DeleteBackendRequest remove;
  remove.set_name("workers/edge/backends/second");
  v1::ApplyResult removed;
  const grpc::Status in_use = Call(backends_, &Backends::DeleteBackend, remove, removed);
  EXPECT_EQ(in_use.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(in_use.error_details(), HasSubstr("workers/edge/routes/realm2/anonymous"));

  v1::DeleteRouteRequest gone;
  gone.set_name("workers/edge/routes/realm2/anonymous");
  ASSERT_TRUE(Call(routes_, &Routes::DeleteRoute, gone, removed).ok());
  EXPECT_EQ(removed.outcome(), v1::ApplyResult::APPLIED);
  ASSERT_TRUE(Call(backends_, &Backends::DeleteBackend, remove, removed).ok());
  EXPECT_EQ(removed.revision(), 5u);
  EXPECT_TRUE(Echoes(*client, 1)) << "sessions are no part of it";
  EXPECT_TRUE(Client()->Join("realm2").at(0) == 3) << "but newcomers find no route";
}

TEST_F(Objects, ARouteToNoBackendIsRefusedWithItsPath) {
  v1::UpdateRouteRequest update;
  update.set_name("workers/edge/routes/realm1/anonymous");
  update.mutable_text()->set_json("[\"first\", \"nosuch\"]");
  v1::RouteResult result;
  const grpc::Status status = Call(routes_, &Routes::UpdateRoute, update, result);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), ::testing::StartsWith("text: no connection \"nosuch\""));
  update.mutable_text()->set_json("{\"a\": 1}");
  EXPECT_THAT(Call(routes_, &Routes::UpdateRoute, update, result).error_message(), HasSubstr("expected"));
}

TEST_F(Objects, ListsAreFilteredOrderedAndPaged) {
  v1::ListPathsRequest request;
  request.set_parent("workers/-/transports/-");
  v1::ListPathsResponse response;
  const auto names = [&] {
    std::vector<std::string> ids;
    for (const auto& view : response.paths()) ids.push_back(view.url_path());
    return ids;
  };
  ASSERT_TRUE(Call(paths_, &Paths::ListPaths, request, response).ok());
  EXPECT_THAT(names(), ElementsAre("/value", "/ws"));
  request.set_filter("type = websocket");
  ASSERT_TRUE(Call(paths_, &Paths::ListPaths, request, response).ok());
  EXPECT_THAT(names(), ElementsAre("/ws"));
  request.clear_filter();
  request.set_order_by("url_path desc");
  request.set_page_size(1);
  ASSERT_TRUE(Call(paths_, &Paths::ListPaths, request, response).ok());
  EXPECT_THAT(names(), ElementsAre("/ws"));
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call(paths_, &Paths::ListPaths, request, response).ok());
  EXPECT_THAT(names(), ElementsAre("/value"));
  EXPECT_EQ(response.next_page_token(), "");
  request.set_filter("nonsense");
  EXPECT_EQ(Call(paths_, &Paths::ListPaths, request, response).error_code(), StatusCode::INVALID_ARGUMENT);

  v1::ListBackendsRequest backends;
  backends.set_parent("workers/nosuch");
  v1::ListBackendsResponse none;
  EXPECT_EQ(Call(backends_, &Backends::ListBackends, backends, none).error_code(), StatusCode::NOT_FOUND);
  backends.set_parent("workers/-");
  ASSERT_TRUE(Call(backends_, &Backends::ListBackends, backends, none).ok());
  EXPECT_EQ(none.backends_size(), 1);
  v1::ListTransportsRequest transports;
  transports.set_parent("edge");
  v1::ListTransportsResponse listed;
  EXPECT_EQ(Call(transports_, &Transports::ListTransports, transports, listed).error_code(),
            StatusCode::INVALID_ARGUMENT);
  transports.set_parent("workers/edge");
  ASSERT_TRUE(Call(transports_, &Transports::ListTransports, transports, listed).ok());
  ASSERT_EQ(listed.transports_size(), 1);
  EXPECT_EQ(listed.transports(0).state(), v1::TransportView::SERVING);
  v1::ListRoutesRequest routes;
  routes.set_parent("workers/edge");
  routes.set_filter("role = anonymous");
  v1::ListRoutesResponse found;
  ASSERT_TRUE(Call(routes_, &Routes::ListRoutes, routes, found).ok());
  EXPECT_EQ(found.routes_size(), 1);
}

v1::ObjectChange ChangeOf(v1::ObjectChange::Action action, const std::string& name,
                          const std::string& text = "") {
  v1::ObjectChange change;
  change.set_action(action);
  change.set_name(name);
  if (!text.empty()) change.mutable_text()->set_json(text);
  return change;
}

TEST_F(Objects, AListOfChangesIsPlannedAndAppliedAsAWhole) {
  using Action = v1::ObjectChange;
  v1::ApplyConfigRequest request;
  *request.add_changes() =
      ChangeOf(Action::PUT, "workers/edge/backends/second", Connection("second.sock").dump());
  *request.add_changes() = ChangeOf(Action::PUT, "workers/edge/routes/realm1/anonymous", "\"second\"");
  *request.add_changes() = ChangeOf(Action::DELETE, "workers/edge/backends/first");
  v1::PlanConfigRequest plan_request;
  *plan_request.mutable_changes() = request.changes();
  v1::Plan plan;
  using Config = v1::ConfigService::Stub;
  ASSERT_TRUE(Call(config_, &Config::PlanConfig, plan_request, plan).ok());
  EXPECT_EQ(plan.changes_size(), 3);
  EXPECT_EQ(plan.base_revision(), 1u);
  v1::ApplyResult result;
  ASSERT_TRUE(Call(config_, &Config::ApplyConfig, request, result).ok());
  EXPECT_EQ(result.revision(), 2u);
  EXPECT_EQ(result.plan().changes_size(), 3);
  auto client = Client();
  ASSERT_EQ(client->Join("realm1").at(0), 2);
  EXPECT_EQ(second_->accepted(), 1);

  *request.add_changes() =
      ChangeOf(Action::CREATE, "workers/edge/transports/web/paths/new", R"({"type": "nodeinfo"})");
  EXPECT_EQ(Call(config_, &Config::ApplyConfig, request, result).error_code(), StatusCode::NOT_FOUND)
      << "first has gone";
  EXPECT_EQ(Fetch("/new"), "");
  request.mutable_document()->mutable_node();
  EXPECT_EQ(Call(config_, &Config::ApplyConfig, request, result).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(Objects, OfTwoClientsThatEditTheSameExactlyOneWins) {
  v1::GetPathRequest get;
  get.set_name("workers/edge/transports/web/paths/value");
  int value = 100;
  for (int round = 0; round < 30; ++round) {
    v1::PathView view;
    ASSERT_TRUE(Call(paths_, &Paths::GetPath, get, view).ok());
    std::array<grpc::Status, 2> answers;
    std::array<v1::PathResult, 2> results;
    {
      std::array<std::jthread, 2> editors;
      for (std::size_t i = 0; i < 2; ++i) {
        v1::UpdatePathRequest update;
        update.set_name(get.name());
        update.set_etag(view.etag());
        update.mutable_path()->mutable_json()->set_value(std::to_string(++value));
        editors[i] = std::jthread([&answers, &results, i, update, this] {
          answers[i] = Call(paths_, &Paths::UpdatePath, update, results[i]);
        });
      }
    }
    ASSERT_NE(answers[0].ok(), answers[1].ok()) << answers[0].error_message() << answers[1].error_message();
    const std::size_t winner = answers[0].ok() ? 0 : 1;
    EXPECT_EQ(answers[1 - winner].error_code(), StatusCode::ABORTED);
    ASSERT_TRUE(Call(paths_, &Paths::GetPath, get, view).ok());
    EXPECT_EQ(view.etag(), results[winner].path().etag());
    EXPECT_EQ(Fetch("/value"), results[winner].path().path().json().value());
  }
}

TEST_F(Objects, NoUpdateOfConcurrentWritersIsLost) {
  constexpr int kWriters = 4, kEach = 10;
  std::atomic<int> failed{0};
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < kEach; ++i) {
          v1::PathResult result;
          const std::string id = "w" + std::to_string(writer) + "_" + std::to_string(i);
          failed += !Call(paths_, &Paths::CreatePath, NewPath(id, i), result).ok();
        }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  v1::ListPathsRequest request;
  request.set_parent("workers/edge/transports/web");
  request.set_filter("url_path:/w AND type = json");
  v1::ListPathsResponse response;
  ASSERT_TRUE(Call(paths_, &Paths::ListPaths, request, response).ok());
  EXPECT_EQ(response.paths_size(), kWriters * kEach);
}

}  // namespace
}  // namespace wampgate::test
