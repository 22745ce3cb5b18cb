#include "config/migrate.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/environment_for_tests.hpp"
#include "config/problem_text.hpp"
#include "config/relocate.hpp"

namespace wampgate::config {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string TextOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Migration MigrateJson(std::string_view text, const Environment& environment = TestEnvironment(),
                      const std::string& output = "/node") {
  return Migrate(
      {.text = text, .format = Format::kJson, .node_directory = "/node", .output_directory = output},
      environment);
}

/// A proxy worker: its head (`"id": …,`) and what its transport has besides a page.
std::string Proxy(const std::string& head, const std::string& endpoint, const std::string& path = "") {
  return R"({"type": "proxy", )" + head + R"("transports": [{"type": "web", "endpoint": )" + endpoint +
         R"(, "paths": {"/": {"type": "nodeinfo"})" + path + "}}]}";
}
std::string Workers(const std::string& workers) {
  return R"({"version": 2, "workers": [)" + workers + "]}";
}
constexpr const char* kShared = R"({"type": "tcp", "port": 8080, "shared": true})";

void ExpectRuns(const Migration& migration, const std::string& directory) {
  Environment environment = TestEnvironment({{"PORT", "8080"}});
  environment.node_directory = directory;
  ASSERT_TRUE(migration.wampgate.has_value());
  const Loaded loaded = LoadText(*migration.wampgate, Format::kJson, environment);
  EXPECT_TRUE(loaded.node.has_value()) << AllOf(loaded.problems) << *migration.wampgate;
}

class Golden : public ::testing::TestWithParam<const char*> {};

/// What a person gets to read for a whole file. WAMPGATE_WRITE_GOLDEN=1 writes the expectation anew.
TEST_P(Golden, FileIsSplitAsWrittenDown) {
  const std::string file = std::string(WAMPGATE_MIGRATIONS "/") + GetParam();
  const std::string text = TextOf(file);
  const bool elsewhere = file.ends_with("routes.json");
  const std::string output = elsewhere ? "/etc/wampgate" : "/node";
  const Migration migration = Migrate({.text = text,
                                       .format = file.ends_with(".yaml") ? Format::kYaml : Format::kJson,
                                       .node_directory = "/node",
                                       .output_directory = output},
                                      TestEnvironment());
  ASSERT_THAT(migration.errors, IsEmpty()) << AllOf(migration.errors);
  ExpectRuns(migration, output);
  const std::string actual = Report(migration) + "\n--- wampgate.json\n" + *migration.wampgate +
                             "\n--- crossbar.json\n" + migration.crossbar.value_or("(none)\n");
  const std::string golden = file.substr(0, file.rfind('.')) + ".expected";
  if (std::getenv("WAMPGATE_WRITE_GOLDEN") != nullptr) std::ofstream(golden) << actual;
  EXPECT_EQ(actual, TextOf(golden)) << "if it is meant: WAMPGATE_WRITE_GOLDEN=1 writes " << golden << " anew";
}

INSTANTIATE_TEST_SUITE_P(Migrate, Golden,
                         ::testing::Values("classic.json", "backends.yaml", "routes.json",
                                           "unsupported.json"),
                         [](const auto& info) {
                           const std::string name = info.param;
                           return name.substr(0, name.find('.'));
                         });

TEST(Migrate, MakesOneWorkerOfThoseThatDifferInIdAndTitleOnly) {
  const Migration migration = MigrateJson(
      Workers(Proxy(R"("id": "one", "options": {"title": "a"}, )", kShared) + "," +
              Proxy(R"("id": "two", "options": {"title": "b"}, )", kShared) + "," + Proxy("", kShared)));
  EXPECT_THAT(*migration.wampgate, HasSubstr("\"processes\": 3"));
  EXPECT_THAT(*migration.wampgate, Not(HasSubstr("two")));
  EXPECT_THAT(migration.wampgate_workers, SizeIs(1));
  ExpectRuns(migration, "/node");
}

TEST(Migrate, KeepsWorkersApartThatHaveAPortEach) {
  const std::string range = R"({"type": "tcp", "portrange": [9000, 9010], "shared": true})";
  const Migration migration = MigrateJson(Workers(Proxy("", range) + "," + Proxy("", range)));
  EXPECT_THAT(migration.wampgate_workers, SizeIs(2));
}

TEST(Migrate, KeepsWorkersApartThatDidDifferentThingsInCrossbar) {
  const auto with = [](const std::string& archive) {
    return Proxy("", kShared, R"(, "x": {"type": "cgi", "directory": ")" + archive + "\"}");
  };
  EXPECT_THAT(MigrateJson(Workers(with("a") + "," + with("a"))).wampgate_workers, SizeIs(1));
  EXPECT_THAT(MigrateJson(Workers(with("a") + "," + Proxy("", kShared))).wampgate_workers, SizeIs(2));
}

TEST(Migrate, ComplainsAboutAPortThatWorkersDoNotShareByItsPlaceInTheFile) {
  const std::string alone = R"({"type": "tcp", "port": 8080})";
  const Migration migration =
      MigrateJson(Workers(R"({"type": "router", "id": "rrr"},)" + Proxy("", alone) + "," + Proxy("", alone)));
  EXPECT_THAT(
      AllOf(migration.errors),
      HasSubstr("workers[2].transports[0].endpoint.port: workers[1].transports[0] listens on port 8080"));
  EXPECT_FALSE(migration.wampgate || migration.crossbar);
}

TEST(Migrate, RefusesIdsThatAreUsedTwiceInWhicheverFileTheyWouldBe) {
  const Migration migration =
      MigrateJson(Workers(R"({"type": "router", "id": "front"},)" + Proxy(R"("id": "front", )", kShared)));
  EXPECT_THAT(AllOf(migration.errors),
              HasSubstr("workers[1].id: the id \"front\" is that of workers[0], too"));
}

TEST(Migrate, LeavesTheIdsThatCrossbarMadeOfPlaces) {
  const Migration migration =
      MigrateJson(Workers(Proxy("", kShared) + R"(, {"type": "router"}, {"type": "router", "id": "named"})"));
  EXPECT_THAT(*migration.wampgate, HasSubstr("\"id\": \"worker001\""));
  EXPECT_THAT(*migration.crossbar, HasSubstr("\"id\": \"worker002\""));
}

TEST(Migrate, ReportsEveryErrorWhereWampgateReadsAndNoneWhereOnlyCrossbarDoes) {
  const Migration migration = MigrateJson(
      R"({"version": 2, "workerz": 1, "workers": [{"type": "router", "realms": 7}, {"type": 3}, 5,
          {"type": "proxy", "transports": [{"type": "web", "endpoint": {"type": "tcp", "port": "x"}, "paths": []}]}]})");
  const std::string errors = AllOf(migration.errors);
  EXPECT_THAT(errors, HasSubstr("workerz: unknown key"));
  EXPECT_THAT(errors, HasSubstr("workers[1].type"));
  EXPECT_THAT(errors, HasSubstr("workers[2]: expected an object"));
  EXPECT_THAT(errors, HasSubstr("workers[3].transports[0].endpoint.port"));
  EXPECT_THAT(errors, HasSubstr("workers[3].transports[0].paths: expected an object"));
  EXPECT_THAT(errors, Not(HasSubstr("realms")));
  EXPECT_FALSE(migration.wampgate || migration.crossbar);
}

TEST(Migrate, TakesNothingFromTextsThatAreNoNodeFile) {
  for (const char* text :
       {"", "{", "[]", "null", "7", R"({"workers": {}})", R"({"workers": 1})",
        R"({"workers": [], "workers": []})", R"({"version": 1, "workers": [{"type": "proxy"}]})"}) {
    const Migration migration = MigrateJson(text);
    EXPECT_TRUE(HasErrors(migration.errors)) << text;
    EXPECT_FALSE(migration.wampgate || migration.crossbar) << text;
  }
}

TEST(Migrate, FindsNothingToDoWithoutProxyWorkers) {
  for (const char* workers : {"", R"({"type": "router"})"}) {
    const Migration migration = MigrateJson(Workers(workers));
    EXPECT_THAT(migration.errors, IsEmpty());
    EXPECT_FALSE(migration.wampgate);
    EXPECT_EQ(migration.proxy_workers, 0u);
  }
}

TEST(Migrate, GivesItsOwnOutputBackUnchanged) {
  for (const char* name : {"classic.json", "routes.json", "unsupported.json"}) {
    const Migration first = MigrateJson(TextOf(std::string(WAMPGATE_MIGRATIONS "/") + name));
    const Migration again = MigrateJson(*first.wampgate);
    EXPECT_EQ(again.wampgate, first.wampgate);
    EXPECT_FALSE(again.crossbar);
    EXPECT_THAT(again.left_out, IsEmpty());
  }
}

TEST(Migrate, NeedsNoVariableToBeSetAndNamesThoseThatAreNot) {
  const auto port = [](const std::string& name) { return R"({"type": "tcp", "port": "$)" + name + "\"}"; };
  const std::string disabled = R"("options": {"disabled": "${OFF}"}, )";
  const Migration migration = MigrateJson(
      Workers(Proxy(disabled, port("A")) + "," + Proxy("", port("B")) + "," + Proxy("", port("C"))),
      TestEnvironment({{"C", "80"}}));
  ASSERT_THAT(migration.errors, IsEmpty()) << AllOf(migration.errors);
  const std::string report = Report(migration);
  EXPECT_THAT(report, HasSubstr("environment variable A: is not set here"));
  EXPECT_THAT(report, HasSubstr("environment variable B: is not set here"));
  EXPECT_THAT(report, Not(HasSubstr("variable C")));
  EXPECT_THAT(report, Not(HasSubstr("variable OFF")));
}

TEST(Migrate, MakesRelativePathsRightForAnotherFolder) {
  const std::string text = Workers(Proxy("", R"({"type": "unix", "path": "run/$NAME.sock"})",
                                         R"(, "a": {"type": "static", "directory": "../web"})") +
                                   "," + Proxy("", R"({"type": "unix", "path": "$DIR/front.sock"})"));
  const auto variables = TestEnvironment({{"NAME", "n"}, {"DIR", "/run"}});
  const Migration moved = MigrateJson(text, variables, "/etc/wampgate");
  ASSERT_TRUE(moved.wampgate) << AllOf(moved.errors);
  EXPECT_THAT(*moved.wampgate, HasSubstr("\"/node/run/$NAME.sock\""));
  EXPECT_THAT(*moved.wampgate, HasSubstr("\"/web\""));
  EXPECT_THAT(*moved.wampgate, HasSubstr("\"$DIR/front.sock\""));
  EXPECT_THAT(Report(moved),
              HasSubstr("workers[1].transports[0].endpoint.path: \"$DIR/front.sock\" begins with"));
  const Migration same = MigrateJson(text, variables);
  EXPECT_THAT(*same.wampgate, HasSubstr("\"run/$NAME.sock\""));
  EXPECT_THAT(*same.wampgate, HasSubstr("\"../web\""));
}

TEST(Migrate, SplitsTenThousandLines) {
  std::string routes;
  for (int i = 0; i < 10000; ++i) {
    routes += (i == 0 ? "" : ",\n") + std::string("\"realm") + std::to_string(i) + "\": {\"user\": \"conn\"}";
  }
  const std::string head =
      R"("connections": {"conn": {"transport": {"type": "rawsocket", "endpoint": {"type": "unix", "path": "r.sock"}}}},
         "routes": {)" +
      routes + "},";
  const Migration migration = MigrateJson(Workers(Proxy(head, kShared) + "," + Proxy(head, kShared)));
  ASSERT_THAT(migration.errors, IsEmpty()) << AllOf(migration.errors);
  EXPECT_THAT(*migration.wampgate, HasSubstr("\"realm9999\""));
  EXPECT_THAT(migration.wampgate_workers, SizeIs(1));
}

TEST(PathFields, AreAllThatTheSchemaCallsRelativeToTheNodeDirectory) {
  google::protobuf::FileDescriptorSet set;
  std::ifstream file(WAMPGATE_DESCRIPTORS, std::ios::binary);
  ASSERT_TRUE(set.ParseFromIstream(&file));
  std::vector<std::string> documented, known;
  for (const auto& proto : set.file()) {
    for (const auto& location : proto.source_code_info().location()) {
      if (location.path_size() != 4 || location.path(0) != 4 || location.path(2) != 2) continue;
      if (location.leading_comments().find("elative to the node directory") == std::string::npos) continue;
      const auto& message = proto.message_type(location.path(1));
      documented.push_back(message.name() + "." + message.field(location.path(3)).name());
    }
  }
  for (const PathField& field : PathFields())
    known.push_back(std::string(field.message) + "." + std::string(field.field));
  EXPECT_THAT(known, ::testing::UnorderedElementsAreArray(documented))
      << "kPathFields of relocate.cpp: wampgated migrate must know every path";
}

TEST(DescribeListing, SaysWhereTheKeyIsAndWhereItIsMissing) {
  const std::string key(64, 'a'), other(64, 'b');
  const AuthorizedKeys listing{"a.authorized_keys", true, {other, key}};
  const AuthorizedKeys lacking{"b.authorized_keys", true, {other}};
  const AuthorizedKeys clients{"c.authorized_keys", false, {other}};
  EXPECT_THAT(DescribeListing({listing, lacking}, key), ::testing::ElementsAre("a.authorized_keys lists it"));
  EXPECT_THAT(DescribeListing({lacking, clients}, key),
              ::testing::ElementsAre(HasSubstr("b.authorized_keys does not list it")));
  EXPECT_THAT(DescribeListing({clients}, key), ::testing::ElementsAre(HasSubstr("no router in this file")));
}

}  // namespace
}  // namespace wampgate::config
