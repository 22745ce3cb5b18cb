#include "config/load.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/environment_for_tests.hpp"
#include "config/problem_text.hpp"
#include "config/summary.hpp"

namespace wampgate::config {
namespace {

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wampgate_config_XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Files() override { std::filesystem::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
    return folder_ + "/" + name;
  }
  std::string folder_;
};

using LoadFileTest = Files;
using CheckFileTest = Files;

TEST_F(LoadFileTest, TellsTheFormatByTheExtension) {
  EXPECT_TRUE(LoadFile(Write("a.json", "{\"version\":2}"), TestEnvironment()).node);
  EXPECT_TRUE(LoadFile(Write("a.yaml", "version: 2\n"), TestEnvironment()).node);
  EXPECT_TRUE(LoadFile(Write("a.yml", "version: 2\n"), TestEnvironment()).node);
  EXPECT_EQ(AllOf(LoadFile(Write("a.toml", ""), TestEnvironment()).problems),
            "invalid configuration file extension '.toml'; expected .json, .yaml or .yml\n");
  EXPECT_EQ(AllOf(LoadFile(Write("config", ""), TestEnvironment()).problems),
            "invalid configuration file extension ''; expected .json, .yaml or .yml\n");
}

TEST_F(LoadFileTest, SaysWhyAFileCannotBeRead) {
  const std::string missing = folder_ + "/none.json";
  EXPECT_EQ(AllOf(LoadFile(missing, TestEnvironment()).problems),
            "cannot read \"" + missing + "\": No such file or directory\n");
  std::filesystem::create_directory(folder_ + "/d.json");
  EXPECT_FALSE(LoadFile(folder_ + "/d.json", TestEnvironment()).document);
}

TEST_F(LoadFileTest, RefusesFilesThatAreNoConfiguration) {
  for (const char* text : {"", "[]", "null", "1", "{", "\"x\""}) {
    const Loaded loaded = LoadFile(Write("a.json", text), TestEnvironment());
    EXPECT_FALSE(loaded.document) << text;
    EXPECT_EQ(loaded.problems.size(), 1u) << text << "\n" << AllOf(loaded.problems);
  }
  EXPECT_FALSE(LoadFile(Write("a.yaml", ""), TestEnvironment()).document);
}

TEST_F(LoadFileTest, DoesNotMissWhatIsInAValueThatCannotBeRead) {
  const Loaded loaded = LoadFile(Write("a.json", R"({"workers":[5,{}]})"), TestEnvironment());
  EXPECT_EQ(AllOf(loaded.problems),
            "workers[0]: expected an object, found 5 (line 1, column 13)\n"
            "workers[1].type: missing; expected one of \"proxy\", \"router\" (line 1, column 15)\n");
}

TEST_F(LoadFileTest, RefusesWhatIsNoFileWithoutWaitingForIt) {
  const std::string pipe = folder_ + "/pipe.json";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(AllOf(LoadFile(pipe, TestEnvironment()).problems),
            "cannot read \"" + pipe + "\": it is not a file\n");
}

TEST_F(CheckFileTest, PrintsWhatWouldRun) {
  const std::string path = Write("a.json", R"({"controller":{"id":"edge"},"workers":[
    {"type":"proxy","id":"front","options":{"processes":2},
     "connections":{"c":{"transport":{"type":"rawsocket","endpoint":{"type":"unix","path":"r"}}}},
     "routes":{"realm1":{"user":["c"]}},
     "transports":[{"type":"web","id":"web","endpoint":{"type":"tcp","port":8080},"paths":{
        "/":{"type":"static","directory":"w"},"info":{"type":"nodeinfo"},"x":{"type":"path","paths":{"/":{"type":"none"},
        "ws":{"type":"websocket"}}},"p":{"type":"websocket-proxy","serializers":["json"],"backends":[{"url":"ws://a",
        "realm":"realm2","endpoint":{"type":"tcp","host":"h","port":1}}]}}},
        {"type":"rawsocket","endpoint":{"type":"unix","path":"s"}}]},
    {"type":"router","id":"core","realms":[{"name":"realm1","roles":[{"name":"a","permissions":[{"uri":""}]}]}],
     "transports":[{"type":"websocket","id":"ws1","endpoint":{"type":"tcp","version":6,"port":0}}]}]})");
  const Checked checked = CheckFile(path, TestEnvironment());
  EXPECT_EQ(checked.exit_code, 0);
  EXPECT_EQ(checked.text, "Checking local node configuration file: " + path + "\n" +
                              "node edge in /node\n"
                              "  worker front: proxy, 2 processes\n"
                              "    transport web on tcp4:0.0.0.0:8080: web\n"
                              "      /  static /node/w\n"
                              "      /info  nodeinfo\n"
                              "      /p  websocket, json, the router authenticates\n"
                              "        realm realm2 -> tcp:h:1  websocket, cbor, json\n"
                              "      /x/  none (404)\n"
                              "      /x/ws  websocket, cbor, msgpack, json\n"
                              "    transport on unix:/node/s: rawsocket, cbor, msgpack, json\n"
                              "    backend c  unix:/node/r  rawsocket, cbor\n"
                              "    route realm1 / user -> c\n"
                              "  worker core: router, 1 process\n"
                              "    transport ws1 on tcp6:[::]:0: websocket, cbor, msgpack, json\n"
                              "    realm realm1: a\n"
                              "Ok, node configuration looks good!\n");
}

TEST_F(CheckFileTest, SaysWhichWorkersAreDisabled) {
  const std::string path = Write("a.yaml", R"({version: 2, controller: {id: edge}, workers: [
    {type: proxy, id: spare, options: {disabled: true}, transports: []}]})");
  EXPECT_NE(
      CheckFile(path, TestEnvironment()).text.find("  worker spare: disabled by options.disabled, not run\n"),
      std::string::npos);
}

TEST_F(CheckFileTest, PrintsEveryProblem) {
  const std::string path =
      Write("a.yaml", "version: 1\nworkers:\n  - type: guest\n  - type: proxy\n    options: {python: x}\n");
  const Checked checked = CheckFile(path, TestEnvironment());
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_EQ(checked.text,
            "Checking local node configuration file: " + path + "\n" +
                "error: version: expected 2, found 1 (line 1, column 1)\n"
                "error: workers[0].type: \"guest\" workers run in Crossbar or systemd, beside wampgate (line "
                "3, column "
                "11)\n"
                "warning: workers[1].transports: no transports: no client can connect (line 4, column 5)\n"
                "warning: workers[1].options.python: has no effect here: wampgate runs no Python (line 5, "
                "column 15)\n");
}

}  // namespace
}  // namespace wampgate::config
