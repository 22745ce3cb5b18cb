#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "base/fd.hpp"
#include "net/listen_socket.hpp"
#include "server/daemon.hpp"

namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Runs until it exits and returns the code.
std::optional<int> RunToEnd(const NodeFolder& folder, std::string& output) {
  Daemon daemon(folder.Run(), folder.Log());
  const std::optional<int> code = daemon.AwaitExit();
  output = daemon.Output();
  std::filesystem::remove(folder.Log());
  return code;
}

TEST(Start, ServesAndWritesRevision1) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  folder.Write(Document({.port = port, .processes = 2}));
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();
  EXPECT_EQ(Get(port), 200);
  EXPECT_EQ(daemon.Workers().size(), 2u);
  EXPECT_TRUE(std::filesystem::exists(folder / ".wampgate/revisions/0000000001.revision"));
}

TEST(Start, NamesTheKeyOfAPortInUseAndLeavesNothing) {
  net::TcpListen any;
  any.interface = "127.0.0.1";
  const auto taken = net::BindListenSocket(any, net::ReusePort::kNo);
  ASSERT_TRUE(net::StartListening(taken->get(), 5).ok());
  const NodeFolder folder;
  folder.Write(Document({.port = net::BoundPort(taken->get())}));
  std::string output;
  EXPECT_EQ(RunToEnd(folder, output), 2);
  EXPECT_THAT(output, HasSubstr("workers[0].transports[0].endpoint"));
  EXPECT_THAT(output, HasSubstr(std::to_string(net::BoundPort(taken->get()))));
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate"));
}

TEST(Start, NamesTheKeyOfASocketInAMissingFolderAndLeavesNothing) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  nlohmann::json document = Document({.port = port});
  nlohmann::json devices = {{"type", "rawsocket"}, {"id", "devices"}};
  devices["endpoint"] = {{"type", "unix"}, {"path", "nowhere/devices.sock"}};
  document["workers"][0]["transports"].push_back(devices);
  folder.Write(document);
  std::string output;
  EXPECT_EQ(RunToEnd(folder, output), 2) << output;
  EXPECT_THAT(output, HasSubstr("workers[0].transports[1].endpoint"));
  EXPECT_THAT(output, HasSubstr("nowhere/devices.sock"));
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate"));
  EXPECT_EQ(Get(port), 0);
}

TEST(Start, NamesAFileInThePlaceOfTheManagementSocketAndStartsNothing) {
  const NodeFolder folder;
  folder.Write(Document({.port = FreePort()}));
  std::ofstream(folder / "wampgate.sock") << "somebody's";
  std::string output;
  EXPECT_EQ(RunToEnd(folder, output), 2);
  EXPECT_THAT(output, HasSubstr(folder / "wampgate.sock"));
  EXPECT_THAT(output, Not(HasSubstr("worker process")));
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate"));
  EXPECT_TRUE(std::filesystem::is_regular_file(folder / "wampgate.sock"));
}

TEST(Start, HasItsManagementSocketWhereSocketSays) {
  const NodeFolder folder;
  folder.Write(Document({.port = FreePort()}));
  std::vector<std::string> arguments = folder.Run();
  arguments.insert(arguments.end(), {"--socket", folder / "admin.sock"});
  Daemon daemon(arguments, folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();
  EXPECT_TRUE(std::filesystem::is_socket(folder / "admin.sock"));
  EXPECT_FALSE(std::filesystem::exists(folder / "wampgate.sock"));
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.AwaitExit(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "admin.sock"));
}

TEST(Start, ReportsEveryProblemOfTheFile) {
  const NodeFolder folder;
  nlohmann::json document = Document({.port = 1});
  document["workers"][0]["transports"][0]["endpoint"]["backlog"] = -1;
  document["workers"][0]["nonsense"] = true;
  folder.Write(document);
  std::string output;
  EXPECT_EQ(RunToEnd(folder, output), 2);
  EXPECT_THAT(output, HasSubstr("workers[0].transports[0].endpoint.backlog"));
  EXPECT_THAT(output, HasSubstr("nonsense"));
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate"));
}

TEST(Start, TellsWhyItFailsThoughLoggingIsOff) {
  const NodeFolder folder;
  nlohmann::json document = Document({.port = 1});
  document["workers"][0]["nonsense"] = true;
  folder.Write(document);
  Daemon bad_file({"run", "--node-dir", folder.path(), "--log-level", "off"}, folder / "log");
  EXPECT_EQ(bad_file.AwaitExit(), 2);
  EXPECT_THAT(bad_file.Output(), HasSubstr("nonsense"));

  document = Document({.port = FreePort()});
  document["workers"][0]["transports"][0]["endpoint"] = {{"type", "unix"}, {"path", "nowhere/x.sock"}};
  folder.Write(document);
  Daemon bad_endpoint({"run", "--node-dir", folder.path(), "--log-level", "off"}, folder / "log2");
  EXPECT_EQ(bad_endpoint.AwaitExit(), 2);
  EXPECT_THAT(bad_endpoint.Output(), HasSubstr("nowhere/x.sock"));
}

TEST(Start, AsksForAFile) {
  const NodeFolder folder;
  std::string output;
  EXPECT_EQ(RunToEnd(folder, output), 2);
  EXPECT_THAT(output, HasSubstr("config.yaml"));
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate"));
}

TEST(Start, NamesANodeDirectoryAndAFileThatDoNotExist) {
  const NodeFolder folder;
  Daemon nowhere({"run", "--node-dir", folder / "nowhere"}, folder / "log");
  EXPECT_EQ(nowhere.AwaitExit(), 2);
  EXPECT_THAT(nowhere.Output(), HasSubstr(folder / "nowhere"));
  Daemon no_file({"run", "--config", folder / "nothing.yaml"}, folder / "log2");
  EXPECT_EQ(no_file.AwaitExit(), 2);
  EXPECT_THAT(no_file.Output(), HasSubstr("nothing.yaml"));
}

TEST(Start, LeavesTheNodeDirectoryToTheNodeThatRunsThere) {
  const NodeFolder folder;
  folder.Write(Document({.port = FreePort()}));
  Daemon first(folder.Run(), folder / "log");
  ASSERT_TRUE(first.AwaitOutput("the node serves"));
  Daemon second(folder.Run(), folder / "log2");
  EXPECT_EQ(second.AwaitExit(), 2);
  EXPECT_THAT(second.Output(), HasSubstr("pid " + std::to_string(first.pid())));
  EXPECT_TRUE(std::filesystem::exists(folder / ".wampgate/control.sock"));
}

TEST(Start, AppliesAFileThatChangedSinceTheLastRun) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  for (const int processes : {1, 2, 2}) {
    folder.Write(Document({.port = port, .processes = processes}));
    Daemon daemon(folder.Run(), folder / "log");
    ASSERT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();
    EXPECT_EQ(daemon.Workers().size(), static_cast<std::size_t>(processes));
    daemon.Signal(SIGTERM);
    EXPECT_EQ(daemon.AwaitExit(), 0);
  }
  EXPECT_TRUE(std::filesystem::exists(folder / ".wampgate/revisions/0000000002.revision"));
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate/revisions/0000000003.revision"));
}

TEST(Start, RunsTheLastRevisionIfTheFileHasBecomeInvalid) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  folder.Write(Document({.port = port}));
  {
    Daemon daemon(folder.Run(), folder / "log");
    ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
    daemon.Signal(SIGTERM);
    ASSERT_EQ(daemon.AwaitExit(), 0);
  }
  std::ofstream(folder / "config.json") << "{";
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();
  EXPECT_EQ(Get(port), 200);
  EXPECT_THAT(daemon.Output(), HasSubstr("running the last revision instead"));
}

TEST(Start, AppliesTheFileAgainOnSighup) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  folder.Write(Document({.port = port}));
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
  folder.Write(Document({.port = port, .processes = 3}));
  daemon.Signal(SIGHUP);
  ASSERT_TRUE(daemon.AwaitOutput("SIGHUP: the node file has been applied")) << daemon.Output();
  EXPECT_EQ(daemon.Workers().size(), 3u);
  std::ofstream(folder / "config.json") << "{";
  daemon.Signal(SIGHUP);
  ASSERT_TRUE(daemon.AwaitOutput("SIGHUP: the node file has errors"));
  EXPECT_EQ(Get(port), 200);
}

TEST(Check, SaysWhatWouldRunOrWhatIsWrong) {
  const NodeFolder folder;
  folder.Write(Document({.port = 8080, .processes = 2}));
  Daemon good({"check", folder / "config.json"}, folder / "log");
  EXPECT_EQ(good.AwaitExit(), 0);
  EXPECT_THAT(good.Output(), HasSubstr("worker front: proxy, 2 processes"));
  EXPECT_THAT(good.Output(), HasSubstr("transport public on tcp4:127.0.0.1:8080: web"));
  EXPECT_THAT(good.Output(), HasSubstr("/  json"));
  EXPECT_THAT(good.Output(), HasSubstr("Ok, node configuration looks good!"));
  nlohmann::json document = Document({.port = 8080});
  document["workers"][0]["type"] = "proxxy";
  folder.Write(document);
  Daemon bad({"check", folder / "config.json"}, folder / "log");
  EXPECT_EQ(bad.AwaitExit(), 1);
  EXPECT_THAT(bad.Output(), HasSubstr("workers[0].type"));
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate"));
}

}  // namespace
}  // namespace wampgate::test
