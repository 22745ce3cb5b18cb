#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "integration/arrivals.hpp"
#include "integration/edge_node.hpp"

/// The node runs on with another binary, and back, while clients come and sessions live.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kFiveHundredASecond{2};

class UpgradedNode : public EdgeNode {
 protected:
  json Worker() override {
    json worker = TransparentWorker();
    worker["options"] = {{"processes", 2}};
    return worker;
  }
  /// A copy of the daemon with another build id.
  std::string OtherBuild() {
    std::ifstream from(WAMPGATED, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(from), {}};
    const std::string id = BuildId();
    std::string octets;
    for (std::size_t i = id.rfind('-') + 1; i + 1 < id.size(); i += 2)
      octets.push_back(static_cast<char>(std::stoi(id.substr(i, 2), nullptr, 16)));
    const std::size_t at = content.find(octets);
    EXPECT_NE(at, std::string::npos) << "the build id " << id << " is not in the file";
    if (at != std::string::npos) content[at] = static_cast<char>(content[at] ^ 1);
    return WriteProgram("wampgated-next", content);
  }
  std::string WriteProgram(const std::string& name, const std::string& content) {
    const std::string path = node_.directory() + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  std::string BuildId() { return Status().value("buildId", ""); }
  /// False also while the supervisor that is asked replaces itself.
  bool RunsAnotherThan(const std::string& build_id) {
    const CtlResult status = Ctl(node_, {"status", "-o", "json"});
    return status.exit_code == 0 && json::parse(status.out)["node"].value("buildId", "") != build_id;
  }
  CtlResult Upgrade(const std::string& path, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"upgrade", path});
    return Ctl(node_, more);
  }
  /// Build ids of the processes that have a place.
  std::set<std::string> Builds() {
    std::set<std::string> builds;
    const json worker = Ask({"worker", "get", "edge"});
    for (const json& process : worker["processes"]) {
      if (process["state"] == "STATE_RUNNING") builds.insert(process.value("buildId", ""));
    }
    return builds;
  }
};

TEST_F(UpgradedNode, RefusesAndResetsNobodyAndKeepsSessionsUntilTheyHaveDrained) {
  const pid_t pid = node_.pid();
  const std::string before = BuildId();
  const std::string next = OtherBuild();
  auto clients = Joined(10);
  Arrivals arrivals(Port("web"), kFiveHundredASecond);
  const CtlResult begun = Upgrade(next, {"--rate", "1", "--deadline", "600", "-o", "json"});
  ASSERT_EQ(begun.exit_code, 0) << begun.err;
  const std::string operation = json::parse(begun.out).value("name", "");
  EXPECT_TRUE(Eventually([&] { return RunsAnotherThan(before); }));
  EXPECT_TRUE(Eventually([&] { return Builds() == std::set<std::string>{BuildId()}; }));
  EXPECT_EQ(Status()["pid"], std::to_string(pid));
  EXPECT_EQ(Status()["executable"], next);
  EXPECT_THAT(Ctl(node_, {"operation", "list"}).out, HasSubstr("2 of 2 processes replaced"));
  const CtlResult status = Ctl(node_, {"status"});
  EXPECT_THAT(status.out, HasSubstr(operation + " upgrades the node to " + next));
  EXPECT_THAT(status.out, HasSubstr("is of the binary " + before));
  const CtlResult another = Upgrade(next);
  EXPECT_EQ(another.exit_code, 1);
  EXPECT_THAT(another.err, HasSubstr(operation + " upgrades the node to " + next + " already"));
  EXPECT_TRUE(Echoes(*clients.back(), 1)) << "its process has a minute to drain";
  arrivals.Stop();
  EXPECT_GT(arrivals.served(), 200);
  EXPECT_EQ(arrivals.failed(), 0) << arrivals.served() << " were served";
  for (auto& client : clients) {
    json message;
    do message = client->Receive(NodeProcess::kDeadline);
    while (message.is_array() && message.at(0) != 6);
    EXPECT_TRUE(IsGoodbye(message));
    client->Send({6, json::object(), "wamp.close.goodbye_and_out"});
  }
  const CtlResult waited = Ctl(node_, {"operation", "wait", operation, "--for", "60"});
  EXPECT_EQ(waited.exit_code, 0) << waited.err;
}

TEST_F(UpgradedNode, GoesBackToTheBinaryBefore) {
  const std::string before = BuildId();
  const std::string next = OtherBuild();
  const CtlResult there = Upgrade(next, {"--wait"});
  ASSERT_EQ(there.exit_code, 0) << there.err;
  EXPECT_THAT(there.out, HasSubstr("done"));
  EXPECT_NE(BuildId(), before);
  EXPECT_EQ(Builds(), std::set<std::string>{BuildId()});
  std::filesystem::remove(next);
  EXPECT_THAT(Upgrade(WAMPGATED, {"--dry-run"}).out, HasSubstr("over from one whose file is gone"));
  const CtlResult back = Upgrade(WAMPGATED, {"--wait"});
  ASSERT_EQ(back.exit_code, 0) << back.err;
  EXPECT_EQ(BuildId(), before);
  EXPECT_EQ(Builds(), std::set<std::string>{before});
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
}

TEST_F(UpgradedNode, KeepsWhatWasAnsweredAndGoesOnWithItsRevision) {
  json changed = Worker();
  changed["transports"][0]["paths"]["value"]["value"] = 42;
  ASSERT_EQ(Ctl(node_, {"apply", "-f", WriteFile(node_, "next.json", NodeText({changed}))}).exit_code, 0);
  const std::string revision = Ask({"status"})["config"]["revision"];
  ASSERT_EQ(Ctl(node_, {"transport", "drain", "edge/raw", "--wait"}).exit_code, 0);
  ASSERT_EQ(Upgrade(OtherBuild(), {"--wait"}).exit_code, 0);
  EXPECT_EQ(Ask({"status"})["config"]["revision"], revision);
  EXPECT_EQ(Ask({"transport", "get", "edge/raw"})["state"], "DRAINED");
}

TEST_F(UpgradedNode, RefusesABinaryThatCannotRunIt) {
  const auto refused = [&](const std::string& path) {
    const CtlResult result = Upgrade(path);
    EXPECT_EQ(result.exit_code, 1);
    return result.err;
  };
  EXPECT_THAT(refused("/nowhere/wampgated"), HasSubstr("/nowhere/wampgated: no such file"));
  EXPECT_THAT(refused(node_.directory()), HasSubstr("is no file"));
  EXPECT_THAT(refused(WriteFile(node_, "text", "text")), HasSubstr("may not be executed"));
  EXPECT_THAT(refused("/bin/true"), HasSubstr("it is no wampgated that can take a running node over"));
  const std::string old = WriteProgram(
      "old", "#!/bin/sh\n[ $1 = facts ] && printf 'wampgated 9.0\\nbuild x\\nprotocol 98 99\\n'\n");
  EXPECT_THAT(refused(old), HasSubstr("it speaks versions 98 to 99 of the control protocol"));
  const std::string strict =
      WriteProgram("strict",
                   "#!/bin/sh\n[ $1 = check ] && echo 'workers[0]: not this one' && exit 1\n"
                   "printf 'wampgated 9.0\\nbuild x\\nprotocol 2 2\\n'\n");
  EXPECT_THAT(refused(strict), HasSubstr("its `check` refuses revision 1, which runs (exit code 1): "
                                         "workers[0]: not this one"));
  const std::string other =
      WriteProgram("other",
                   "#!/bin/sh\n[ $1 = facts ] && [ $# -gt 1 ] && echo \"$2: not with me\" && exit 2\n"
                   "printf 'wampgated 9.0\\nbuild x\\nprotocol 2 2\\nchecks command-lines\\n'\n");
  EXPECT_THAT(refused(other), HasSubstr("it does not understand the command line that the node runs with "
                                        "(exit code 2): run: not with me"));
  EXPECT_THAT(Ctl(node_, {"operation", "list"}).out, ::testing::Not(HasSubstr("upgrade")));
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
}

// Its `check` is well, and then it does not run.
TEST_F(UpgradedNode, RunsOnWithTheBinaryBeforeWhereTheNewOneCannotBeExecuted) {
  const std::string before = BuildId();
  const std::string broken = WriteProgram("broken",
                                          "#!/bin/sh\n[ $1 = check ] && rm -- \"$0\" && exit 0\n"
                                          "printf 'wampgated 9.0\\nbuild x\\nprotocol 2 2\\n'\n");
  auto client = Client();
  ASSERT_EQ(client->Join("realm1").at(0), 2);
  const CtlResult result = Upgrade(broken, {"--wait"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("the new binary cannot be run, the one before runs on"));
  EXPECT_EQ(BuildId(), before);
  EXPECT_TRUE(Echoes(*client, 1));
}

TEST_F(UpgradedNode, OnlyChecksWhenAskedTo) {
  const std::string before = BuildId();
  const CtlResult checked = Upgrade(OtherBuild(), {"--dry-run"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("can take the node over from"));
  EXPECT_EQ(BuildId(), before);
}

}  // namespace
}  // namespace wampgate::test
