#include "config/reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"
#include "config/suggestion.hpp"

namespace wampgate::config {
namespace {

/// What reading alone complains about.
std::string ProblemsOf(std::string_view json) {
  const Parsed parsed = ParseJson(json);
  EXPECT_TRUE(parsed.ok) << AllOf(parsed.problems);
  v1::Node node;
  Problems problems;
  Read(parsed.value, node, problems);
  for (Problem& problem : problems) problem.line = problem.column = 0;
  return AllOf(problems);
}
std::string InTransport(std::string_view text) {
  return ProblemsOf(R"({"workers":[{"type":"proxy","transports":[)" + std::string(text) + "]}]}");
}
std::string InOptions(std::string_view text) {
  return InTransport(R"({"type":"websocket","options":{)" + std::string(text) + "}}");
}
constexpr std::string_view kIn = "workers[0].transports[0].";

TEST(Read, SaysWhatWasExpectedAndWhatWasFound) {
  EXPECT_EQ(ProblemsOf(R"({"workers":[{"type":"proxy"},{"type":"proxy","transports":[{"type":"web","paths":{
                          "ws":{"type":"websocket","options":{"max_frame_size":"1M"}}}}]}]})"),
            "workers[1].transports[0].paths.ws.options.max_frame_size: expected an integer from 0 to "
            "67108864, found "
            "\"1M\"\n");
}

TEST(Read, DoesNotTakeBooleansForNumbersNorNumbersForBooleans) {
  EXPECT_EQ(
      InOptions(R"("auto_ping_size":true,"fail_by_drop":1,"max_frame_size":1.0,"auto_ping_interval":null)"),
      std::string(kIn) + "options.auto_ping_size: expected an integer from 12 to 125, found true\n" +
          std::string(kIn) + "options.fail_by_drop: expected true or false, found 1\n" + std::string(kIn) +
          "options.max_frame_size: expected an integer from 0 to 67108864, found 1.0\n" + std::string(kIn) +
          "options.auto_ping_interval: expected an integer from 1000 to 2147483647 or 0 (milliseconds), "
          "found "
          "null\n");
}

TEST(Read, RefusesIntegersThatDoNotFitWhateverTheirSize) {
  for (const char* number :
       {"4294967296", "9223372036854775808", "18446744073709551616", "-9223372036854775808"}) {
    EXPECT_EQ(InOptions("\"max_frame_size\":" + std::string(number)),
              std::string(kIn) + "options.max_frame_size: expected an integer from 0 to 67108864, found " +
                  number + "\n");
  }
}

TEST(Read, RefusesUnknownKeysAndSaysWhatWasMeant) {
  EXPECT_EQ(InOptions(R"("max_frame_sise":1)"),
            std::string(kIn) + "options.max_frame_sise: unknown key; did you mean \"max_frame_size\"?\n");
  EXPECT_EQ(InTransport(R"({"type":"web","endpoint":{"type":"tcp","prot":1}})"),
            std::string(kIn) + "endpoint.prot: unknown key; did you mean \"port\"?\n");
  EXPECT_EQ(InTransport(R"({"type":"websocket","paths":{}})"),
            std::string(kIn) + "paths: unknown key; it belongs to type \"web\"\n");
  EXPECT_EQ(InTransport(R"({"type":"websocket","fail_by_drop":true})"),
            std::string(kIn) + "fail_by_drop: unknown key; it belongs under \"options\"\n");
  EXPECT_EQ(ProblemsOf(R"({"qqqqqqqqqqqq":1})"), "qqqqqqqqqqqq: unknown key\n");
}

TEST(Read, RefusesUnknownTypesAndSaysWhatWasMeant) {
  EXPECT_EQ(
      ProblemsOf(R"({"workers":[{"type":"porxy","whatever":1,"id":5}]})"),
      "workers[0].type: expected one of \"proxy\", \"router\", found \"porxy\"; did you mean \"proxy\"?\n"
      "workers[0].id: expected a string, found 5\n");
  EXPECT_EQ(ProblemsOf(R"({"workers":[{}]})"),
            "workers[0].type: missing; expected one of \"proxy\", \"router\"\n");
  EXPECT_EQ(ProblemsOf(R"({"workers":[{"type":1}]})"),
            "workers[0].type: expected one of \"proxy\", \"router\", found 1\n");
}

TEST(Read, SaysWhereWhatIsNotSupportedRuns) {
  EXPECT_EQ(ProblemsOf(R"({"workers":[{"type":"container","components":[]}]})"),
            "workers[0].type: \"container\" workers run in Crossbar, beside wampgate: let the components "
            "connect to "
            "the node\n");
}

TEST(Read, WarnsOfKeysWithoutEffect) {
  EXPECT_EQ(ProblemsOf(R"({"$schema":"x","workers":[{"type":"proxy","options":{"pythonpath":["."]}}]})"),
            "warning: workers[0].options.pythonpath: has no effect here: wampgate runs no Python\n");
}

TEST(Read, TakesAlternativesByTheirKind) {
  const auto processes = [](std::string_view text) {
    return ProblemsOf(R"({"workers":[{"type":"proxy","options":{"processes":)" + std::string(text) + "}}]}");
  };
  EXPECT_EQ(processes("4"), "");
  EXPECT_EQ(processes("\"auto\""), "");
  EXPECT_EQ(processes("\"many\""),
            "workers[0].options.processes: expected an integer from 1 to 256 or \"auto\", found \"many\"\n");
  EXPECT_EQ(InTransport(R"({"type":"web","endpoint":{"type":"tcp","version":"dual","port":"$P"}})"), "");
  EXPECT_EQ(InTransport(R"({"type":"web","endpoint":{"type":"tcp","version":5,"port":[]}})"),
            std::string(kIn) + "endpoint.version: expected one of 4, 6, \"dual\", found 5\n" +
                std::string(kIn) +
                "endpoint.port: expected an integer from 0 to 65535 or a string, found a list\n");
}

TEST(Read, TakesAStringForAListOnlyWhereTheVocabularyDoes) {
  EXPECT_EQ(ProblemsOf(R"({"workers":[{"type":"proxy","routes":{"r":{"a":"c","b":["c","d"]}}}]})"), "");
  EXPECT_EQ(InTransport(R"({"type":"websocket","serializers":"json"})"),
            std::string(kIn) +
                "serializers: expected a list, each element one of \"json\", \"msgpack\", \"cbor\", "
                "found \"json\"\n");
  EXPECT_EQ(InTransport(R"({"type":"websocket","serializers":["jsn","ubjson"]})"),
            std::string(kIn) +
                "serializers[0]: expected one of \"json\", \"msgpack\", \"cbor\", found \"jsn\"\n" +
                std::string(kIn) +
                "serializers[1]: \"ubjson\" is not supported: two incompatible encodings have that "
                "name; use \"cbor\"\n");
}

TEST(Read, PrefersCrossbarsSpellingAndSaysSo) {
  const std::string text = R"({"workers":[{"type":"proxy","connections":{"c":{"transport":{"type":"websocket",
      "options":{"max_frame_payload_size":1,"maxFramePayloadSize":2,"max_frame_size":3}}}}}]})";
  const Parsed parsed = ParseJson(text);
  v1::Node node;
  Problems problems;
  Read(parsed.value, node, problems);
  EXPECT_EQ(problems.size(), 2u) << AllOf(problems);
  const auto& options = node.workers(0).proxy().connections().at("c").transport().websocket().options();
  EXPECT_EQ(options.max_frame_size(), 3);
}

TEST(Read, ReportsEverythingInOneRunByPlace) {
  const Loaded loaded = LoadText(
      "{\n \"version\": 3,\n \"workers\": [\n  {\"type\": \"proxy\",\n   \"conections\": {},\n   \"routes\": "
      "{\"realm1\": {\"user\": \"c\"}},\n"
      "   \"transports\": [\n    {\"type\": \"mqtt\"},\n    {\"type\": \"rawsocket\", \"endpoint\": "
      "{\"type\": \"unix\"}}]}]}",
      Format::kJson, TestEnvironment());
  EXPECT_FALSE(loaded.document || loaded.node);
  EXPECT_EQ(AllOf(loaded.problems),
            "version: expected 2, found 3 (line 2, column 2)\n"
            "workers[0].conections: unknown key; did you mean \"connections\"? (line 5, column 4)\n"
            "workers[0].routes.realm1.user: no connection \"c\" found for realm \"realm1\" and role \"user\" "
            "in proxy "
            "route config (line 6, column 26)\n"
            "workers[0].transports[0].endpoint: missing; expected an object (line 8, column 5)\n"
            "workers[0].transports[0].type: \"mqtt\" needs a router's insides: use an MQTT bridge at the "
            "router (line "
            "8, column 14)\n"
            "workers[0].transports[1].endpoint.path: missing; expected a string (line 9, column 27)\n");
}

TEST(EditDistance, CountsSwapsAsOne) {
  EXPECT_EQ(EditDistance("port", "port"), 0u);
  EXPECT_EQ(EditDistance("prot", "port"), 1u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("realms", "relm"), 2u);
}

}  // namespace
}  // namespace wampgate::config
