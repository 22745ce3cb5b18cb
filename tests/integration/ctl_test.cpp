#include "support/ctl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "integration/configurations.hpp"
#include "support/node_process.hpp"
#include "support/socket_client.hpp"

/// What the real wampgatectl prints and how it exits.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;

json Pages() {
  return {{"type", "proxy"},
          {"id", "edge"},
          {"transports",
           {{{"type", "web"},
             {"id", "web"},
             {"endpoint", LoopbackEndpoint()},
             {"paths", {{"value", {{"type", "json"}, {"value", 41}}}}}}}}};
}

bool Serves(NodeProcess& node) {
  return !node.AwaitLine(
                  [](const json& line) { return line.dump().find("the node serves") != std::string::npos; })
              .is_null();
}

class RunningNode : public ::testing::Test {
 protected:
  void SetUp() override {
    node_.Start({.configuration = NodeText({Pages()})});
    ASSERT_TRUE(Serves(node_)) << node_.log();
  }
  void TearDown() override { EXPECT_EQ(node_.Stop(), 0) << node_.log(); }

  NodeProcess node_;
};

TEST(CommandLine, ThatIsWrongExitsWith1AndHelpWith0) {
  const NodeProcess none;
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {"aply"},
                                                       {"apply"},
                                                       {"diff"},
                                                       {"status", "-o", "xml"},
                                                       {"status", "--timeout", "0"},
                                                       {"worker"},
                                                       {"worker", "get"}};
  for (const auto& arguments : wrong) {
    const CtlResult result = Ctl(none, arguments);
    EXPECT_EQ(result.exit_code, 1) << (arguments.empty() ? "nothing" : arguments.front());
    EXPECT_NE(result.err, "");
  }
  EXPECT_EQ(Ctl(none, {"--help"}).exit_code, 0);
  EXPECT_THAT(Ctl(none, {"apply", "--help"}).out, HasSubstr("--dry-run"));
}

TEST(CommandLine, SaysThatThereIsNoNode) {
  const NodeProcess none;
  for (const auto& arguments : {std::vector<std::string>{"status"}, {"export"}, {"worker", "list"}}) {
    const CtlResult result = Ctl(none, arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, HasSubstr("no node at " + none.directory() + "/wampgate.sock"));
  }
}

TEST(CommandLine, SaysThatTheNodeWasKilled) {
  NodeProcess node;
  node.Start({.configuration = NodeText({Pages()})});
  ASSERT_TRUE(Serves(node)) << node.log();
  const auto workers = node.Workers();
  node.Signal(SIGKILL);
  ASSERT_EQ(node.AwaitExit(), 128 + SIGKILL);
  const CtlResult result = Ctl(node, {"status"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("nobody listens on the socket"));
  for (const auto& [name, pid] : workers) kill(pid, SIGKILL);  // they would wait for a supervisor
  EXPECT_TRUE(node.NothingLeft());
}

TEST_F(RunningNode, AnswersInEveryForm) {
  const json status = json::parse(Ctl(node_, {"status", "-o", "json"}).out);
  EXPECT_EQ(status["config"]["revision"], "1");
  EXPECT_FALSE(status["config"].contains("node"));
  EXPECT_EQ(status["workers"][0]["name"], "workers/edge");
  EXPECT_EQ(status["workers"][0]["sessions"], "0");
  const CtlResult yaml = Ctl(node_, {"status", "-o", "yaml"});
  EXPECT_THAT(yaml.out, HasSubstr("\"config\":\n  \"revision\": \"1\"\n"));
  EXPECT_THAT(yaml.out, HasSubstr("\"workers\":\n  -\n    \"name\": \"workers/edge\"\n"));
  EXPECT_THAT(Ctl(node_, {"status"}).out, HasSubstr("edge\trunning\t1/1"));
  EXPECT_THAT(Ctl(node_, {"worker", "get", "edge", "-o", "yaml"}).out,
              HasSubstr("\"state\": \"STATE_RUNNING\""));
  EXPECT_THAT(Ctl(node_, {"worker", "list", "-o", "yaml"}).out, HasSubstr("\"workers\":\n"));
  const std::string same = WriteFile(node_, "same.json", NodeText({Pages()}));
  EXPECT_EQ(json::parse(Ctl(node_, {"apply", "-f", same, "-o", "json"}).out)["outcome"], "NO_CHANGE");
  EXPECT_THAT(Ctl(node_, {"diff", "-f", same, "-o", "yaml"}).out, HasSubstr("\"changes\": []"));
}

TEST_F(RunningNode, TellsAllProblemsOfADocument) {
  json worker = Pages();
  for (int i = 0; i < 300; ++i) worker["transports"][0]["unknown_key_" + std::to_string(i)] = true;
  const CtlResult result = Ctl(node_, {"apply", "-f", WriteFile(node_, "bad.json", NodeText({worker}))});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("the document has errors; nothing was changed"));
  for (int i = 0; i < 300; ++i) {
    EXPECT_THAT(result.err, HasSubstr("unknown_key_" + std::to_string(i) + ": unknown key"));
  }
}

TEST_F(RunningNode, NamesNoKeyWhereTheWholeDocumentIsWrong) {
  const CtlResult result = Ctl(node_, {"apply", "-f", WriteFile(node_, "bad.json", "{")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("\n  configuration file does not seem to be proper JSON"));
}

TEST_F(RunningNode, TakesWhatItExportsFromStandardInput) {
  for (const char* format : {"json", "yaml"}) {
    const CtlResult exported = Ctl(node_, {"export", "-o", format});
    ASSERT_EQ(exported.exit_code, 0) << exported.err;
    const CtlResult applied = Ctl(node_, {"apply", "-f", "-"}, exported.out);
    EXPECT_THAT(applied.out, HasSubstr("no change")) << applied.err;
  }
}

TEST_F(RunningNode, SaysOnceWhatForbidsAChange) {
  const UniqueFd taken = ListenOnLoopback();
  json worker = Pages();
  worker["transports"][0]["endpoint"]["port"] = PortOf(taken.get());
  const CtlResult result = Ctl(node_, {"apply", "-f", WriteFile(node_, "taken.json", NodeText({worker}))});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("address already in use by somebody else; ss -ltnp shows who"));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

TEST_F(RunningNode, ExitsWith4WhenTheNodeDoesNotAnswerInTime) {
  kill(node_.pid(), SIGSTOP);
  const CtlResult result = Ctl(node_, {"status", "--timeout", "1"});
  kill(node_.pid(), SIGCONT);
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("no answer within 1 s"));
}

TEST_F(RunningNode, RefusesFilesThatItCannotRead) {
  for (const std::string& file : {node_.directory(), node_.directory() + "/none.json"}) {
    const CtlResult result = Ctl(node_, {"apply", "-f", file});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, HasSubstr("cannot read " + file + ": "));
  }
}

}  // namespace
}  // namespace wampgate::test
