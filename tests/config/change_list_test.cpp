#include "config/change_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/change_text.hpp"
#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"
#include "config/secrets.hpp"

namespace wampgate::config {
namespace {

using ::testing::HasSubstr;
using Action = v1::ObjectChange;

const char* const kEdge = R"({"workers": [
  {"id": "edge", "type": "proxy",
   "connections": {"b1": {"transport": {"type": "rawsocket", "endpoint": {"type": "unix", "path": "r"}}},
                   "b2": {"transport": {"type": "websocket", "endpoint": {"type": "unix", "path": "s"},
                                        "url": "ws://x", "headers": {"Key": "very secret"}}}},
   "routes": {"realm1": {"user": "b1"}},
   "transports": [
     {"type": "web", "id": "web", "endpoint": {"type": "tcp", "port": 80},
      "paths": {"a": {"type": "path", "paths": {"b": {"type": "none"}}}, "v": {"type": "json", "value": 1}}},
     {"type": "rawsocket", "endpoint": {"type": "tcp", "port": 81}}]},
  {"type": "router", "realms": [{"name": "realm1"}]},
  {"type": "proxy", "transports": [{"type": "rawsocket", "endpoint": {"type": "tcp", "port": 82}}],
   "backends": [{"transport": {"type": "rawsocket", "endpoint": {"type": "unix", "path": "r"}}},
                {"realm": "r2", "transport": {"type": "rawsocket", "endpoint": {"type": "unix", "path": "t"}}}]}]})";

v1::Node Edge() {
  const Loaded loaded = LoadText(kEdge, Format::kJson, TestEnvironment());
  EXPECT_TRUE(loaded.document) << AllOf(loaded.problems);
  return *loaded.document;
}

v1::ObjectChange Change(Action::Action action, const std::string& name, const std::string& json = "") {
  v1::ObjectChange change;
  change.set_action(action);
  change.set_name(name);
  if (!json.empty()) change.mutable_text()->set_json(json);
  return change;
}
ChangeList List(const std::vector<v1::ObjectChange>& changes) {
  return {changes.begin(), changes.end()};
}
ChangedDocument Apply(const std::vector<v1::ObjectChange>& changes, const v1::Node& running = Edge()) {
  ChangedDocument changed = ApplyChanges(running, List(changes), TestEnvironment());
  if (changed.status.ok()) {
    EXPECT_EQ(TextOf(changed.plan), TextOf(Diff(running, changed.document, TestEnvironment())));
  } else {
    EXPECT_TRUE(HasErrors(changed.problems));
    EXPECT_EQ(changed.document.ByteSizeLong(), 0u);
  }
  return changed;
}
std::string Plan(const std::vector<v1::ObjectChange>& changes) {
  const ChangedDocument changed = Apply(changes);
  return changed.status.ok() ? NamesOf(changed.plan) : std::string(wampgate::Message(changed.status));
}
void ExpectRefused(const std::vector<v1::ObjectChange>& changes, StatusCode code, const std::string& path,
                   const std::string& message) {
  const ChangedDocument changed = Apply(changes);
  EXPECT_EQ(changed.status.code(), code) << changed.status;
  ASSERT_FALSE(changed.problems.empty());
  EXPECT_EQ(changed.problems.back().path, path);
  EXPECT_THAT(changed.problems.back().message, HasSubstr(message));
}

const std::string kConnection =
    R"({"transport": {"type": "rawsocket", "endpoint": {"type": "unix", "path": "n"}}})";
const std::string kPaths = "workers/edge/transports/web/paths/";

TEST(ChangeList, CreatesEveryKindOfObject) {
  EXPECT_EQ(Plan({Change(Action::CREATE, kPaths + "new", R"({"type": "json", "value": 42})")}),
            "create " + kPaths + "new\n");
  EXPECT_EQ(Plan({Change(Action::CREATE, kPaths + "a/paths/%2F", R"({"type": "nodeinfo"})")}),
            "create " + kPaths + "a/paths/%2F\n");
  EXPECT_EQ(Plan({Change(Action::CREATE, "workers/edge/backends/b3", kConnection),
                  Change(Action::CREATE, "workers/edge/routes/com.example/x%2Fy", R"(["b3", "b1"])")}),
            "create workers/edge/backends/b3\ncreate workers/edge/routes/com.example/x%2Fy\n");
  auto element = Change(Action::CREATE, "workers/worker002/backends/third", kConnection);
  element.mutable_text()->set_worker_backend(true);
  EXPECT_EQ(Plan({element}), "create workers/worker002/backends/third\n");
  const std::string raw = R"({"type": "rawsocket", "endpoint": {"type": "tcp", "port": 83}})";
  EXPECT_EQ(Plan({Change(Action::CREATE, "workers/edge/transports/raw", raw)}),
            "create workers/edge/transports/raw\n");
  EXPECT_EQ(Plan({Change(Action::CREATE, "workers/edge/transports/tcp4:0.0.0.0:83", raw)}),
            "create workers/edge/transports/tcp4%3A0.0.0.0%3A83\n");
  EXPECT_EQ(
      Plan({Change(Action::CREATE, "workers/more", R"({"type": "proxy", "transports": [)" + raw + "]}")}),
      "create workers/more\ncreate workers/more/transports/tcp4%3A0.0.0.0%3A83\n");
}

TEST(ChangeList, UpdatesInPlaceWhatIsNamed) {
  EXPECT_EQ(Plan({Change(Action::UPDATE, kPaths + "v", R"({"type": "json", "value": 2})")}),
            "update " + kPaths + "v\n");
  EXPECT_EQ(Plan({Change(Action::UPDATE, kPaths + "v", R"({"type": "nodeinfo"})")}),
            "replace " + kPaths + "v\n");
  EXPECT_EQ(Plan({Change(Action::PUT, "workers/edge/routes/realm1/user", R"("b2")"),
                  Change(Action::PUT, "workers/edge/routes/realm1/other", R"("b2")")}),
            "create workers/edge/routes/realm1/other\nupdate workers/edge/routes/realm1/user\n");
  EXPECT_EQ(Plan({Change(Action::PUT, kPaths + "v", R"({"type": "json", "value": 1})")}), "");
}

TEST(ChangeList, TakesTheFieldsOfTheMaskOnly) {
  auto change = Change(Action::UPDATE, "workers/edge/transports/web");
  change.mutable_transport()->mutable_web()->mutable_options()->set_hsts(true);
  change.mutable_update_mask()->add_paths("web.options.hsts");
  EXPECT_EQ(TextOf(Apply({change}).plan), "update workers/edge/transports/web [options.hsts:  -> true]\n");
  change.mutable_update_mask()->add_paths("web.option");
  ExpectRefused({change}, StatusCode::kInvalidArgument, "changes[0].update_mask",
                "has no field \"web.option\"");
}

TEST(ChangeList, DeletesAnObjectWithAllBelowIt) {
  EXPECT_EQ(Plan({Change(Action::DELETE, kPaths + "a")}),
            "delete " + kPaths + "a\ndelete " + kPaths + "a/paths/b\n");
  const ChangedDocument changed = Apply({Change(Action::DELETE, "workers/edge/routes/realm1/user")});
  EXPECT_FALSE(changed.document.workers(0).proxy().routes().contains("realm1")) << "its last role";
}

TEST(ChangeList, LeavesTheNamesOfSiblingsAlone) {
  EXPECT_EQ(Plan({Change(Action::DELETE, "workers/worker001")}),
            "delete workers/worker001\ndelete workers/worker001/realms/realm1\nupdate workers/worker002\n");
  EXPECT_EQ(Plan({Change(Action::DELETE, "workers/worker002/backends/backend001")}),
            "delete workers/worker002/backends/backend001\nupdate workers/worker002/backends/backend002\n");
}

TEST(ChangeList, GivesNoObjectAnotherName) {
  ExpectRefused({Change(Action::UPDATE, "workers/edge/transports/tcp4%3A0.0.0.0%3A81",
                        R"({"type": "rawsocket", "endpoint": {"type": "tcp", "port": 99}})")},
                StatusCode::kInvalidArgument, "changes[0].name", "cannot get the name \"tcp4:0.0.0.0:99\"");
  ExpectRefused({Change(Action::CREATE, "workers/more", R"({"type": "proxy", "id": "other"})")},
                StatusCode::kInvalidArgument, "changes[0].name", "cannot get the name \"other\"");
}

TEST(ChangeList, RefusesAnotherEtag) {
  const v1::Node node = Edge();
  auto change = Change(Action::DELETE, kPaths + "v");
  change.set_etag(Etag(node.workers(0).transports(0).web().paths().at("v")));
  EXPECT_TRUE(Apply({change}).status.ok());
  change.set_etag("0123456789abcdef");
  ExpectRefused({change}, StatusCode::kAborted, "changes[0].etag", "has changed since it was read");
  change = Change(Action::PUT, kPaths + "gone", R"({"type": "none"})");
  change.set_etag("0123456789abcdef");
  ExpectRefused({change}, StatusCode::kAborted, "changes[0].etag", "has gone");
}

TEST(ChangeList, RefusesToDeleteABackendThatARouteNames) {
  ExpectRefused({Change(Action::DELETE, "workers/edge/backends/b1")}, StatusCode::kFailedPrecondition,
                "workers/edge/routes/realm1/user", "names the backend \"b1\"");
  EXPECT_EQ(Plan({Change(Action::DELETE, "workers/edge/backends/b1"),
                  Change(Action::PUT, "workers/edge/routes/realm1/user", R"("b2")")}),
            "delete workers/edge/backends/b1\nupdate workers/edge/routes/realm1/user\n");
  ExpectRefused({Change(Action::PUT, "workers/edge/routes/realm1/user", R"({"b1":{"weight":0},"b2":{}})"),
                 Change(Action::DELETE, "workers/edge/backends/b1")},
                StatusCode::kFailedPrecondition, "workers/edge/routes/realm1/user",
                "names the backend \"b1\"");
}

TEST(ChangeList, SaysWhatIsNotThereAndWhatIs) {
  using enum StatusCode;
  ExpectRefused({Change(Action::CREATE, kPaths + "v", R"({"type": "none"})")}, kAlreadyExists,
                "changes[0].name", "exists already");
  ExpectRefused({Change(Action::UPDATE, kPaths + "w", R"({"type": "none"})")}, kNotFound, "changes[0].name",
                "there is no " + kPaths + "w");
  ExpectRefused({Change(Action::DELETE, "workers/edge/routes/realm1/x")}, kNotFound, "changes[0].name",
                "there is no");
  ExpectRefused({Change(Action::CREATE, "workers/no/backends/b", kConnection)}, kNotFound, "changes[0].name",
                "there is no workers/no");
  ExpectRefused({Change(Action::CREATE, kPaths + "v/paths/x", R"({"type": "none"})")}, kNotFound,
                "changes[0].name", "has no paths");
  ExpectRefused({Change(Action::CREATE, "workers/worker001/backends/b", kConnection)}, kFailedPrecondition,
                "changes[0].name", "is no proxy worker");
  for (const char* name : {"", "workers", "workers/", "workers/edge/", "workers/edge/realms/r", "workers/%zz",
                           "workers/edge/routes/realm1", "workers/edge/transports/web/paths"}) {
    ExpectRefused({Change(Action::DELETE, name)}, kInvalidArgument, "changes[0].name", "expected workers/W");
  }
  ExpectRefused({Change(Action::ACTION_UNSPECIFIED, "workers/edge")}, kInvalidArgument, "changes[0].action",
                "expected");
  ExpectRefused({Change(Action::CREATE, "workers/more")}, kInvalidArgument, "changes[0].name",
                "expected the worker");
}

TEST(ChangeList, ReadsTextsAsANodeFileSpellsThemAndSaysWhereTheyAreWrong) {
  ExpectRefused({Change(Action::CREATE, kPaths + "new", R"({"type": "json", "valve": 42})")},
                StatusCode::kInvalidArgument, "changes[0].text.valve", "unknown key");
  v1::ObjectChange yaml = Change(Action::CREATE, kPaths + "new");
  yaml.mutable_text()->set_yaml("type: static\ndirectory: x\n");
  EXPECT_EQ(Plan({yaml}), "create " + kPaths + "new\n");
  yaml.mutable_text()->set_yaml("type: [");
  EXPECT_EQ(Apply({yaml}).status.code(), StatusCode::kInvalidArgument);
}

TEST(ChangeList, IsMadeAsAWholeOrNotAtAllAndReportsEveryProblem) {
  const ChangedDocument changed =
      Apply({Change(Action::DELETE, kPaths + "v"), Change(Action::DELETE, kPaths + "v"),
             Change(Action::DELETE, "nonsense")});
  EXPECT_EQ(changed.status.code(), StatusCode::kNotFound);
  ASSERT_EQ(changed.problems.size(), 2u);
  EXPECT_EQ(changed.problems[0].path, "changes[1].name");
  EXPECT_EQ(changed.problems[1].path, "changes[2].name");
}

TEST(ChangeList, PutsSecretsBackWhereTheirPlaceholdersAre) {
  v1::Connection shown = Edge().workers(0).proxy().connections().at("b2");
  HideSecrets(shown);
  auto change = Change(Action::CREATE, "workers/edge/backends/copy");
  *change.mutable_connection() = shown;
  const ChangedDocument changed = Apply({change});
  EXPECT_EQ(changed.document.workers(0).proxy().connections().at("copy").transport().websocket().headers().at(
                "Key"),
            "very secret");
  change.mutable_connection()->mutable_transport()->mutable_websocket()->mutable_headers()->at("Key") =
      "<secret:01234567>";
  ExpectRefused({change}, StatusCode::kInvalidArgument, "changes[0].connection.transport.headers.Key",
                "stands for no value");
}

TEST(NameByRequest, SaysWhereInTheRequestAnObjectIsWrong) {
  const auto path_of = [](const std::vector<v1::ObjectChange>& changes, const std::string& problem) {
    const ChangedDocument changed = Apply(changes);
    EXPECT_TRUE(changed.status.ok()) << changed.status;
    Problems problems{{.path = problem, .message = "is wrong"}};
    NameByRequest(changed.placed, changed.document, TestEnvironment(), problems);
    return problems[0].path;
  };
  const auto deep =
      Change(Action::CREATE, "workers/edge/transports/web/paths/a/paths/x%2Fy", R"({"type":"none"})");
  EXPECT_EQ(path_of({deep}, R"(workers[0].transports[0].paths.a.paths["x/y"].options.z)"),
            "changes[0].text.options.z");
  EXPECT_EQ(path_of({deep}, "workers[0].transports[0].paths.a"), "workers[0].transports[0].paths.a");
  const auto route = Change(Action::PUT, "workers/edge/routes/realm1/user", R"("b2")");
  EXPECT_EQ(path_of({deep, route}, "workers[0].routes.realm1.user"), "changes[1].text");
  EXPECT_EQ(path_of({route}, "workers[0].routes.realm1.user2"), "workers[0].routes.realm1.user2");
  v1::ObjectChange backend = Change(Action::PUT, "workers/edge/backends/b1");
  *backend.mutable_connection() = Edge().workers(0).proxy().connections().at("b2");
  EXPECT_EQ(path_of({backend}, "workers[0].connections.b1.transport.url"),
            "changes[0].connection.transport.url");
  const auto unnamed =
      Change(Action::UPDATE, "workers/worker002/transports/tcp4%3A0.0.0.0%3A82",
             R"({"type":"rawsocket","endpoint":{"type":"tcp","port":82},"max_message_size":512})");
  EXPECT_EQ(path_of({unnamed}, "workers[2].transports[0].max_message_size"),
            "changes[0].text.max_message_size");
}

}  // namespace
}  // namespace wampgate::config
