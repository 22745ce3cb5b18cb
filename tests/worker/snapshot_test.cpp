#include "worker/snapshot.hpp"

#include <gtest/gtest.h>

#include "worker/fake_parts.hpp"
#include "worker/revisions.hpp"

namespace wampgate::worker {
namespace {

std::shared_ptr<const Snapshot> Build(std::uint64_t revision, config::Node node, FakeParts& parts,
                                      std::shared_ptr<const Snapshot> previous = nullptr) {
  Snapshot::Result result = Snapshot::Build(revision, {std::move(node)}, parts, std::move(previous));
  EXPECT_EQ(result.error, "");
  return result.snapshot;
}

const ServicePart& Service(const Snapshot& snapshot, const std::string& transport, const std::string& path) {
  const std::string name = "workers/w/transports/" + transport;
  return snapshot.Find(name)->services.at(name + "/paths/" + path);
}

config::Node TwoTransports(const std::string& changing_value) {
  return NodeWith({WebTransport("a", {{"x", changing_value}, {"y", "2"}}), WebTransport("b", {{"z", "3"}})});
}

TEST(Snapshot, OfEqualSettingsIsMadeOfTheSameObjects) {
  FakeParts parts;
  const auto first = Build(1, TwoTransports("1"), parts);
  const auto second = Build(2, TwoTransports("1"), parts, first);
  EXPECT_EQ(parts.made, 3);
  EXPECT_EQ(second->revision(), 2U);
  EXPECT_EQ(first->Find("workers/w/transports/a"), second->Find("workers/w/transports/a"));
  EXPECT_EQ(first->worker_part(), second->worker_part());
}

TEST(Snapshot, MakesOnlyThePathThatDiffers) {
  FakeParts parts;
  const auto first = Build(1, TwoTransports("1"), parts);
  const auto second = Build(2, TwoTransports("changed"), parts, first);
  EXPECT_EQ(parts.made, 4);
  EXPECT_NE(Service(*first, "a", "x").service, Service(*second, "a", "x").service);
  EXPECT_EQ(Service(*first, "a", "y").service, Service(*second, "a", "y").service);
  EXPECT_EQ(first->Find("workers/w/transports/b"), second->Find("workers/w/transports/b"));
}

TEST(Snapshot, GivesABareWebSocketListenerTheDeadlineOfItsHandshakeAndNoOther) {
  config::Transport transport;
  transport.name = "workers/w/transports/a";
  config::WampWebSocket websocket;
  websocket.options.open_handshake_timeout = std::chrono::milliseconds(1234);
  transport.protocol = websocket;
  FakeParts parts;
  const auto snapshot = Build(1, NodeWith({transport}), parts);
  const http::ServerOptions& options = snapshot->Find(transport.name)->site->options;
  EXPECT_TRUE(options.only_websocket);
  EXPECT_EQ(options.header_timeout, std::chrono::milliseconds(1234));
  EXPECT_FALSE(options.client_timeout);
}

TEST(Snapshot, KeepsAnUnchangedNestedLevelWithAllBelowIt) {
  const auto node = [](const std::string& value) {
    config::Transport transport = WebTransport("a", {{"x", value}});
    auto& root = std::get<config::WebTransport>(transport.protocol).root;
    config::PathLevel nested;
    nested.paths["deep"] = JsonPath(transport.name + "/paths/nest/paths/deep", "1");
    root.paths["nest"] = {transport.name + "/paths/nest", nested};
    return NodeWith({transport});
  };
  FakeParts parts;
  const auto first = Build(1, node("1"), parts);
  const auto second = Build(2, node("2"), parts, first);
  const auto third = Build(3, node("3"), parts, second);
  EXPECT_EQ(Service(*first, "a", "nest").service, Service(*third, "a", "nest").service);
  EXPECT_EQ(Service(*first, "a", "nest/paths/deep").service, Service(*third, "a", "nest/paths/deep").service);
  EXPECT_EQ(parts.made, 4);  // deep once, x three times
}

TEST(Snapshot, DoesNotKeepTheOneBeforeAlive) {
  FakeParts parts;
  auto first = Build(1, TwoTransports("1"), parts);
  const auto second = Build(2, TwoTransports("2"), parts, first);
  const std::weak_ptr<const Snapshot> watched = first;
  const std::weak_ptr<const config::Transport> settings = first->Find("workers/w/transports/a")->settings;
  first.reset();
  EXPECT_TRUE(watched.expired());
  EXPECT_TRUE(settings.expired());
}

TEST(Snapshot, NamesThePathThatCannotBeMade) {
  FakeParts parts;
  parts.refused = "workers/w/transports/a/paths/y";
  const Snapshot::Result result = Snapshot::Build(1, {TwoTransports("1")}, parts, nullptr);
  EXPECT_EQ(result.snapshot, nullptr);
  EXPECT_EQ(result.error, "refused by the test");
  EXPECT_EQ(result.error_path, "workers/w/transports/a/paths/y");
}

TEST(Snapshot, MakesANewWorkerPartWhenRoutesDiffer) {
  FakeParts parts;
  const auto first = Build(1, TwoTransports("1"), parts);
  config::Node node = TwoTransports("1");
  node.workers[0].routes.realms["realm1"]["anonymous"] = {{"b1"}};
  const auto second = Build(2, node, parts, first);
  EXPECT_NE(first->worker_part(), second->worker_part());
  EXPECT_EQ(first->Find("workers/w/transports/a"), second->Find("workers/w/transports/a"));
}

TEST(Snapshot, ChangesOnlyTheRoutesThatItIsTold) {
  FakeParts parts;
  config::Node node = TwoTransports("1");
  node.workers[0].routes.realms["realm1"] = {{"user", {{"b1"}}}, {"guest", {{"b1"}}}};
  const auto first = Build(1, node, parts);
  node.workers[0].routes.realms["realm1"] = {{"admin", {{"b2"}}}};
  Snapshot::Settings settings{node};
  settings.removed_routes.emplace().emplace_back("realm1", "guest");
  const auto second = Snapshot::Build(2, std::move(settings), parts, first).snapshot;
  ASSERT_NE(second, nullptr);
  const auto& routes = dynamic_cast<const FakeParts::Part&>(*second->worker_part()).routes;
  ASSERT_EQ(routes.realms.size(), 1u);
  const std::map<std::string, proxy::RouteTargets> expected{{"admin", {{"b2"}}}, {"user", {{"b1"}}}};
  EXPECT_EQ(routes.realms.at("realm1"), expected);
  EXPECT_TRUE(second->worker().routes.realms.empty());
}

TEST(RemovedParts, AreThoseThatAreGoneOrBecameSomethingElse) {
  FakeParts parts;
  const auto before =
      Build(1,
            NodeWith({WebTransport("a", {{"gone", "1"}, {"kept", "1"}, {"turned", "1"}, {"edited", "1"}}),
                      WebTransport("b", {{"z", "1"}}), WebTransport("c", {{"z", "1"}})}),
            parts);
  config::Transport a = WebTransport("a", {{"kept", "1"}, {"edited", "2"}});
  auto& root = std::get<config::WebTransport>(a.protocol).root;
  root.paths["turned"] = {a.name + "/paths/turned", web::RedirectOptions{"http://localhost"}};
  config::Transport c = WebTransport("c", {{"z", "1"}});
  std::get<net::TcpListen>(c.endpoint).port = 1;  // another address: replaced with all its paths
  const auto after = Build(2, NodeWith({a, c}), parts, before);
  const std::set<std::string, std::less<>> expected{"workers/w/transports/a/paths/gone",
                                                    "workers/w/transports/a/paths/turned",
                                                    "workers/w/transports/b",
                                                    "workers/w/transports/b/paths/z",
                                                    "workers/w/transports/c",
                                                    "workers/w/transports/c/paths/z"};
  EXPECT_EQ(RemovedParts(*before, *after), expected);
}

TEST(RemovedParts, HaveBackendsThatAreGoneOrElsewhereButNotThoseWithOtherTimeouts) {
  const auto backend = [](const std::string& id, const std::string& path) {
    proxy::BackendOptions options;
    options.id = id;
    options.name = "workers/w/backends/" + id;
    options.endpoint = net::UnixConnect{path};
    return options;
  };
  FakeParts parts;
  config::Node first = NodeWith({});
  for (const std::string id : {"gone", "moved", "kept"})
    first.workers[0].backends[id] = backend(id, "/run/a.sock");
  config::Node second = NodeWith({});
  second.workers[0].backends["moved"] = backend("moved", "/run/b.sock");
  second.workers[0].backends["kept"] = backend("kept", "/run/a.sock");
  second.workers[0].backends["kept"].join_timeout = std::chrono::milliseconds(1);
  std::get<net::UnixConnect>(second.workers[0].backends["kept"].endpoint).timeout =
      std::chrono::milliseconds(1);
  const auto before = Build(1, first, parts);
  const auto after = Build(2, second, parts, before);
  EXPECT_EQ(RemovedParts(*before, *after),
            (std::set<std::string, std::less<>>{"workers/w/backends/gone", "workers/w/backends/moved"}));
}

}  // namespace
}  // namespace wampgate::worker
