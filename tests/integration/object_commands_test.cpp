#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "integration/managed_node.hpp"

/// wampgatectl transport, path, backend and route against a running node.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;

class ObjectCommands : public ManagedNode {
 protected:
  CtlResult Run(std::vector<std::string> arguments, const json& file = nullptr) {
    if (!file.is_null()) arguments.insert(arguments.end(), {"-f", "-"});
    return Ctl(node_, arguments, file.is_null() ? "" : file.dump());
  }
};

TEST_F(ObjectCommands, AddAPathABackendAndARouteWhile50SessionsExchangeMessages) {
  std::vector<std::unique_ptr<WampClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(Client());
    ASSERT_EQ(clients.back()->Join("realm1").at(0), 2);
  }
  std::atomic<bool> done{false};
  std::atomic<int> lost{0}, rounds{0};
  std::thread traffic([&] {
    for (int request = 1; !done; ++request, ++rounds) {
      for (auto& client : clients) lost += !Echoes(*client, request);
    }
  });
  while (rounds < 2) std::this_thread::yield();
  const CtlResult backend = Run({"backend", "create", "edge/second"}, Connection("second.sock"));
  const CtlResult route = Run({"route", "create", "edge/realm2/anonymous"}, "second");
  const CtlResult path = Run({"path", "create", "edge/web/new"}, {{"type", "json"}, {"value", 42}});
  const int rounds_after = rounds;
  while (rounds < rounds_after + 2) std::this_thread::yield();
  done = true;
  traffic.join();
  EXPECT_EQ(backend.exit_code, 0) << backend.err;
  EXPECT_THAT(backend.out, HasSubstr("create  workers/edge/backends/second"));
  EXPECT_EQ(route.exit_code, 0) << route.err;
  EXPECT_EQ(path.exit_code, 0) << path.err;
  EXPECT_THAT(path.out, HasSubstr("revision 4 runs"));
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(first_->accepted(), 50) << "none was closed and opened again";
  EXPECT_EQ(Fetch("/new"), "42");
  ASSERT_EQ(Client()->Join("realm2").at(0), 2);
}

TEST_F(ObjectCommands, ShowAndListInEachForm) {
  EXPECT_THAT(Run({"transport", "list"}).out, HasSubstr("edge/web"));
  EXPECT_THAT(Run({"transport", "list", "edge"}).out, HasSubstr("serving"));
  EXPECT_EQ(Run({"path", "list", "-o", "name"}).out,
            "workers/edge/transports/web/paths/value\nworkers/edge/transports/web/paths/ws\n");
  EXPECT_EQ(Run({"path", "list", "edge", "--filter", "type=json", "-o", "name"}).out,
            "workers/edge/transports/web/paths/value\n");
  EXPECT_THAT(Run({"route", "list"}).out, HasSubstr("first"));
  const json backend = json::parse(Run({"backend", "get", "edge/first", "-o", "json"}).out);
  EXPECT_EQ(backend.at("name"), "workers/edge/backends/first");
  EXPECT_EQ(backend.at("address"), "unix:router.sock");
  const CtlResult path = Run({"path", "get", "edge/web/value"});
  EXPECT_THAT(path.out, HasSubstr("/value"));
  EXPECT_THAT(path.out, HasSubstr("value: 41"));
}

TEST_F(ObjectCommands, UpdateTakesWhatGetPrinted) {
  for (const char* format : {"json", "yaml"}) {
    for (const auto& [noun, name] :
         {std::pair{"transport", "edge/web"}, std::pair{"path", "edge/web/ws"},
          std::pair{"backend", "edge/first"}, std::pair{"route", "edge/realm1/anonymous"}}) {
      const CtlResult object = Run({noun, "get", name, "--object", "-o", format});
      ASSERT_EQ(object.exit_code, 0) << object.err;
      const std::string file = WriteFile(node_, std::string("object.") + format, object.out);
      const CtlResult update = Run({noun, "update", name, "-f", file});
      EXPECT_THAT(update.out, HasSubstr("no change")) << object.out << update.err;
    }
  }
}

TEST_F(ObjectCommands, ExitCodesAndMessagesSayWhatHappened) {
  const json value = {{"type", "json"}, {"value", 1}};
  const CtlResult conflict = Run({"path", "update", "edge/web/value", "--etag", "0000000000000000"}, value);
  EXPECT_EQ(conflict.exit_code, 3) << conflict.err;
  EXPECT_THAT(conflict.err, HasSubstr("has changed since it was read"));
  const CtlResult planned = Run({"path", "update", "edge/web/value", "--dry-run"}, value);
  EXPECT_EQ(planned.exit_code, 0) << planned.err;
  EXPECT_THAT(planned.out, HasSubstr("update  workers/edge/transports/web/paths/value"));
  EXPECT_EQ(Fetch("/value"), "41");
  const CtlResult unknown = Run({"path", "create", "edge/web/new"}, {{"type", "json"}, {"valve", 1}});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("valve"));
  EXPECT_THAT(Run({"path", "get", "edge/web/nosuch"}).err,
              HasSubstr("there is no workers/edge/transports/web/paths/nosuch"));
  EXPECT_THAT(Run({"route", "get", "edge"}).err, HasSubstr("expected WORKER/REALM/ROLE"));
  const CtlResult in_use = Run({"backend", "delete", "edge/first"});
  EXPECT_EQ(in_use.exit_code, 1);
  EXPECT_THAT(in_use.err, HasSubstr("workers/edge/routes/realm1/anonymous"));
}

TEST_F(ObjectCommands, DeleteClosesOrKeepsSessionsAsTold) {
  ASSERT_EQ(Run({"path", "create", "edge/web/ws2"}, Edge()["transports"][0]["paths"]["ws"]).exit_code, 0);
  auto client = Client("/ws2");
  ASSERT_EQ(client->Join("realm1").at(0), 2);
  ASSERT_EQ(Run({"path", "delete", "edge/web/ws2"}).exit_code, 0);
  EXPECT_TRUE(Echoes(*client, 1));
  ASSERT_EQ(Run({"path", "create", "edge/web/ws2"}, Edge()["transports"][0]["paths"]["ws"]).exit_code, 0);
  auto to_close = Client("/ws2");
  ASSERT_EQ(to_close->Join("realm1").at(0), 2);
  ASSERT_EQ(Run({"path", "delete", "edge/web/ws2", "--sessions", "close"}).exit_code, 0);
  EXPECT_EQ(to_close->Receive().at(0), 6);
  EXPECT_TRUE(to_close->AwaitEnd());
}

}  // namespace
}  // namespace wampgate::test
