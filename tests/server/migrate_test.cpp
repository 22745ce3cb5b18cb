#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "server/daemon.hpp"

namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

struct Ended {
  std::optional<int> code;
  std::string output;
};

/// `wampgated ARGUMENTS…` to its end.
Ended RunToEnd(const NodeFolder& folder, const std::vector<std::string>& arguments) {
  Ended run;
  {
    Daemon daemon(arguments, folder.Log());
    run.code = daemon.AwaitExit();
    run.output = daemon.Output();
  }
  std::filesystem::remove(folder.Log());
  return run;
}

std::string TextOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::set<std::string> NamesIn(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

const std::string kPublicKey(64, 'a');
const std::string kPrivateKey(64, 'f');

/// A Crossbar node: a router, two alike proxies in front of it, and the node's keys.
void WriteCrossbarNode(const NodeFolder& folder, int realms = 1) {
  nlohmann::json router = {{"type", "router"}, {"id", "router1"}};
  nlohmann::json listener = {{"type", "rawsocket"}};
  listener["endpoint"] = {{"type", "unix"}, {"path", "router.sock"}};
  listener["auth"]["cryptosign-proxy"]["principals"]["node_a"]["authorized_keys"] =
      nlohmann::json::array({kPublicKey});
  router["transports"] = nlohmann::json::array({listener});
  nlohmann::json proxy = {{"type", "proxy"}};
  nlohmann::json& transport = proxy["connections"]["conn"]["transport"];
  transport = {{"type", "rawsocket"}, {"serializer", "cbor"}};
  transport["endpoint"] = {{"type", "unix"}, {"path", "router.sock"}};
  for (int i = 0; i < realms; ++i) proxy["routes"]["realm" + std::to_string(i)]["user"] = "conn";
  nlohmann::json web = {{"type", "web"}};
  web["endpoint"] = {{"type", "tcp"}, {"port", 8080}, {"shared", true}};
  web["paths"]["ws"] = {{"type", "websocket"}};
  proxy["transports"] = nlohmann::json::array({web});
  folder.Write({{"version", 2}, {"controller", {{"id", "node_a"}}}, {"workers", {router, proxy, proxy}}});
  std::ofstream(folder / "key.pub") << "Crossbar.io node public key\n\npublic-key-ed25519: " << kPublicKey
                                    << "\n";
  std::ofstream(folder / "key.priv")
      << "Crossbar.io node private key - KEEP THIS SAFE!\n\npublic-key-ed25519: " << kPublicKey
      << "\nprivate-key-ed25519: " << kPrivateKey << "\n";
}

TEST(Migrate, WritesTwoFilesOfWhichWampgatedTakesItsOwn) {
  const NodeFolder folder;
  WriteCrossbarNode(folder);
  ::chmod((folder / "config.json").c_str(), 0640);
  const std::string before = TextOf(folder / "config.json");
  const Ended run = RunToEnd(folder, {"migrate", folder / "config.json", "--output-dir", folder / "out"});
  ASSERT_EQ(run.code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("worker worker001: workers[1], workers[2], alike but for id and title"));
  EXPECT_THAT(run.output, HasSubstr("public key " + kPublicKey));
  EXPECT_THAT(run.output, HasSubstr("principals.node_a.authorized_keys lists it"));
  EXPECT_THAT(run.output,
              HasSubstr("--cbdir " + folder.path() + " --config " + (folder / "out/crossbar.json")));
  EXPECT_THAT(NamesIn(folder / "out"), UnorderedElementsAre("wampgate.json", "crossbar.json"));
  EXPECT_THAT(run.output + TextOf(folder / "out/wampgate.json") + TextOf(folder / "out/crossbar.json"),
              Not(HasSubstr(kPrivateKey)));
  EXPECT_THAT(TextOf(folder / "out/wampgate.json"), HasSubstr("\"" + (folder / "router.sock") + "\""));
  EXPECT_EQ(TextOf(folder / "config.json"), before);
  struct stat facts{};
  ASSERT_EQ(::stat((folder / "out/wampgate.json").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0640u);
  const Ended check = RunToEnd(folder, {"check", folder / "out/wampgate.json"});
  EXPECT_EQ(check.code, 0) << check.output;
  EXPECT_THAT(check.output, HasSubstr("2 processes"));
}

TEST(Migrate, DoesNothingTheSecondTimeAndWithItsOwnFiles) {
  const NodeFolder folder;
  WriteCrossbarNode(folder);
  ASSERT_EQ(RunToEnd(folder, {"migrate", folder / "config.json"}).code, 0);
  const auto time = std::filesystem::last_write_time(folder / "wampgate.json");
  const Ended again = RunToEnd(folder, {"migrate", folder / "config.json"});
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.output, HasSubstr("wampgate.json: there already, unchanged"));
  EXPECT_EQ(std::filesystem::last_write_time(folder / "wampgate.json"), time);
  const Ended own = RunToEnd(folder, {"migrate", folder / "wampgate.json", "--force"});
  EXPECT_EQ(own.code, 0);
  EXPECT_THAT(own.output, HasSubstr("is what wampgated runs already"));
  const nlohmann::json written = nlohmann::json::parse(TextOf(folder / "wampgate.json"));
  const std::string edited = written.dump();
  EXPECT_NE(edited, TextOf(folder / "wampgate.json"));
  std::ofstream(folder / "wampgate.json") << edited;
  const Ended by_hand = RunToEnd(folder, {"migrate", folder / "wampgate.json"});
  EXPECT_EQ(by_hand.code, 0);
  EXPECT_THAT(by_hand.output, HasSubstr("is what wampgated runs already"));
  EXPECT_EQ(TextOf(folder / "wampgate.json"), edited);
  const Ended rest = RunToEnd(folder, {"migrate", folder / "crossbar.json", "--force"});
  EXPECT_EQ(rest.code, 0);
  EXPECT_THAT(rest.output, HasSubstr("no proxy workers, so there is nothing to migrate"));
}

TEST(Migrate, ReplacesFilesOnlyWhenForcedAndTheInputNever) {
  const NodeFolder folder;
  WriteCrossbarNode(folder);
  std::ofstream(folder / "crossbar.json") << "mine";
  const Ended refused = RunToEnd(folder, {"migrate", folder / "config.json"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("crossbar.json exists and says something else: --force"));
  EXPECT_EQ(TextOf(folder / "crossbar.json"), "mine");
  EXPECT_FALSE(std::filesystem::exists(folder / "wampgate.json"));
  const Ended forced = RunToEnd(folder, {"migrate", folder / "config.json", "--force"});
  EXPECT_EQ(forced.code, 0) << forced.output;
  EXPECT_THAT(forced.output, HasSubstr("crossbar.json: replaced"));
  EXPECT_THAT(TextOf(folder / "crossbar.json"), HasSubstr("router1"));
  std::filesystem::copy_file(folder / "config.json", folder / "crossbar.json",
                             std::filesystem::copy_options::overwrite_existing);
  const Ended input = RunToEnd(folder, {"migrate", folder / "crossbar.json", "--force"});
  EXPECT_EQ(input.code, 2);
  EXPECT_THAT(input.output, HasSubstr("is the file itself"));
  EXPECT_EQ(TextOf(folder / "crossbar.json"), TextOf(folder / "config.json"));
}

TEST(Migrate, WritesNothingForAFileWithErrors) {
  const NodeFolder folder;
  std::ofstream(folder / "config.json")
      << R"({"version": 2, "workers": [{"type": "proxy", "transports": 7}]})";
  const Ended wrong = RunToEnd(folder, {"migrate", folder / "config.json", "-o", folder / "out"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.output, HasSubstr("workers[0].transports: expected a list"));
  EXPECT_THAT(wrong.output, HasSubstr("nothing was written"));
  for (const char* name : {"missing.json", "config.txt", "."}) {
    EXPECT_EQ(RunToEnd(folder, {"migrate", folder / name}).code, 1) << name;
  }
  EXPECT_EQ(RunToEnd(folder, {"migrate"}).code, 2);
  EXPECT_THAT(NamesIn(folder.path()), UnorderedElementsAre("config.json"));
}

TEST(Migrate, SaysWhyAFolderTakesNoFiles) {
  const NodeFolder folder;
  WriteCrossbarNode(folder);
  const std::string file = folder / "config.json";
  const std::vector<std::string> folders = {"/proc", folder / "key.pub", folder / "no/where"};
  for (const std::string& output : folders) {
    const Ended run = RunToEnd(folder, {"migrate", file, "-o", output});
    EXPECT_EQ(run.code, 2) << output;
    EXPECT_THAT(run.output, HasSubstr(output));
    EXPECT_THAT(run.output, HasSubstr("nothing was written"));
  }
  EXPECT_THAT(NamesIn(folder.path()), UnorderedElementsAre("config.json", "key.pub", "key.priv"));
}

/// Files that this process and those it starts may write, in octets, until the end of the scope.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t octets) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{octets, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(Migrate, LeavesEverythingAsItWasWhenWritingFailsHalfWay) {
  const NodeFolder folder;
  WriteCrossbarNode(folder, 500);
  std::ofstream(folder / "wampgate.json") << "old";
  std::ofstream(folder / "crossbar.json") << "old";
  const auto names = NamesIn(folder.path());
  Ended run;
  {
    const FileSizeLimit limit(8192);
    run = RunToEnd(folder, {"migrate", folder / "config.json", "--force"});
  }
  EXPECT_EQ(run.code, 2) << run.output;
  EXPECT_THAT(run.output, HasSubstr("wampgate.json: file too large"));
  EXPECT_EQ(TextOf(folder / "wampgate.json") + TextOf(folder / "crossbar.json"), "oldold");
  EXPECT_EQ(NamesIn(folder.path()), names);
  const Ended fresh = RunToEnd(folder, {"migrate", folder / "config.json", "-o", folder / "out"});
  EXPECT_EQ(fresh.code, 0);
}

}  // namespace
}  // namespace wampgate::test
