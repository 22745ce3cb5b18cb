#include "config/diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"
#include "config/random_message.hpp"
#include "config/secrets.hpp"

namespace wampgate::config {
namespace {

v1::Node DocumentOf(const std::string& json) {
  Loaded loaded = LoadText(json, Format::kJson, TestEnvironment());
  EXPECT_TRUE(loaded.document) << AllOf(loaded.problems);
  return loaded.document ? *loaded.document : v1::Node();
}
v1::Node Proxy(const std::string& fields) {
  return DocumentOf(R"({"workers":[{"id":"one","type":"proxy",)" + fields + "}]}");
}
v1::Node WithPaths(const std::string& paths) {
  return Proxy(R"("transports":[{"type":"web","id":"web","endpoint":{"type":"tcp","port":80},"paths":{)" +
               paths + "}}]");
}

std::string DiffText(const v1::Node& before, const v1::Node& after) {
  static const char* const kActions[] = {"create", "update", "replace", "delete"};
  std::string text;
  for (const Change& change : Diff(before, after, TestEnvironment())) {
    text += std::string(kActions[static_cast<int>(change.action)]) + " " + std::string(change.kind) + " " +
            change.name;
    for (const FieldChange& field : change.fields) {
      text += " [" + field.field + ": " + field.old_value + " -> " + field.new_value + "]";
    }
    text += "\n";
  }
  return text;
}

TEST(Diff, OfEqualDocumentsIsEmpty) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    v1::Node node;
    RandomMessage(seed).Fill(node);
    EXPECT_EQ(DiffText(node, node), "");
  }
}

TEST(Diff, UpdatesAnObjectInPlaceUnlessAFieldSaysOtherwise) {
  EXPECT_EQ(DiffText(WithPaths(R"("a":{"type":"static","directory":"x"})"),
                     WithPaths(R"("a":{"type":"static","directory":"y","options":{"cache_timeout":null}})")),
            "update path workers/one/transports/web/paths/a [directory: \"x\" -> \"y\"] "
            "[options.cache_timeout:  -> "
            "null]\n");
  EXPECT_EQ(DiffText(WithPaths(R"("a":{"type":"none"})"), WithPaths(R"("a":{"type":"nodeinfo"})")),
            "replace path workers/one/transports/web/paths/a [type: \"none\" -> \"nodeinfo\"]\n");
}

TEST(Diff, NamesOnlyTheObjectThatChanged) {
  EXPECT_EQ(
      DiffText(
          WithPaths(R"("a":{"type":"path","paths":{"b":{"type":"none"}}})"),
          WithPaths(
              R"("a":{"type":"path","paths":{"b":{"type":"none"},"/":{"type":"nodeinfo"}}},"c":{"type":"none"})")),
      "create path workers/one/transports/web/paths/a/paths/%2F [type:  -> \"nodeinfo\"]\n"
      "create path workers/one/transports/web/paths/c [type:  -> \"none\"]\n");
}

TEST(Diff, SeesAPathWhoseUrlChangesWhileItsIdStays) {
  EXPECT_EQ(DiffText(WithPaths(R"("a":{"id":"pages","type":"none"})"),
                     WithPaths(R"("b":{"id":"pages","type":"none"})")),
            "update path workers/one/transports/web/paths/pages [key: \"a\" -> \"b\"]\n");
  EXPECT_EQ(DiffText(WithPaths(R"("old":{"type":"none"})"), WithPaths(R"("new":{"id":"old","type":"none"})")),
            "update path workers/one/transports/web/paths/old [id:  -> \"old\"] [key: \"old\" -> \"new\"]\n");
}

TEST(Diff, FollowsObjectsByIdentityAndNotByPlace) {
  const auto transport = [](const std::string& port) {
    return R"({"type":"web","endpoint":{"type":"tcp","port":)" + port + R"(},"paths":{"a":{"type":"none"}}})";
  };
  const v1::Node before = Proxy("\"transports\":[" + transport("80") + "," + transport("81") + "]");
  const v1::Node after =
      Proxy("\"transports\":[" + transport("82") + "," + transport("81") + "," + transport("80") + "]");
  EXPECT_EQ(DiffText(before, after),
            "create transport workers/one/transports/tcp4%3A0.0.0.0%3A82 [endpoint.port:  -> 82] "
            "[endpoint.type:  -> "
            "\"tcp\"] [type:  -> \"web\"]\n"
            "create path workers/one/transports/tcp4%3A0.0.0.0%3A82/paths/a [type:  -> \"none\"]\n");
}

TEST(Diff, OfUnnamedTransportsInAnyOrderIsOnlyTheTrueChange) {
  std::mt19937 random(7);
  const auto document = [](const std::vector<int>& ports) {
    v1::Node node;
    v1::Worker& worker = *node.add_workers();
    worker.set_id("one");
    worker.mutable_proxy();
    for (const int port : ports) {
      v1::Transport& transport = *worker.add_transports();
      transport.mutable_endpoint()->mutable_tcp()->mutable_port()->set_number(port);
      (*transport.mutable_web()->mutable_paths())["p"].mutable_json()->set_value(std::to_string(port));
    }
    return node;
  };
  const auto lines = [](const std::string& action, int port) {
    const std::string name = " workers/one/transports/tcp4%3A0.0.0.0%3A" + std::to_string(port);
    return std::vector<std::string>{action + " transport" + name, action + " path" + name + "/paths/p"};
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<int> ports;
    for (int port = 80; port < 90; ++port) {
      if (random() % 2 == 0) ports.push_back(port);
    }
    std::vector<int> after = ports;
    std::vector<std::string> expected;
    const auto expect = [&](const std::vector<std::string>& more) {
      expected.insert(expected.end(), more.begin(), more.end());
    };
    if (!after.empty() && random() % 2 == 0) {
      const auto gone = after.begin() + static_cast<std::ptrdiff_t>(random() % after.size());
      expect(lines("delete", *gone));
      after.erase(gone);
    }
    if (random() % 2 == 0) {
      after.push_back(90);
      expect(lines("create", 90));
    }
    std::shuffle(after.begin(), after.end(), random);
    std::vector<std::string> found;
    for (const Change& change : Diff(document(ports), document(after), TestEnvironment())) {
      found.push_back(std::string(change.action == Action::kCreate   ? "create "
                                  : change.action == Action::kDelete ? "delete "
                                                                     : "other ") +
                      std::string(change.kind) + " " + change.name);
    }
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    ASSERT_EQ(found, expected) << "round " << round;
  }
}

/// A worker with one transport that listens there.
v1::Node At(const std::string& endpoint) {
  return Proxy(R"("transports":[{"type":"rawsocket","id":"raw","endpoint":{)" + endpoint + "}}]");
}

TEST(Diff, ReplacesAListenerWithANewAddress) {
  EXPECT_EQ(DiffText(At(R"("type":"tcp","port":80)"), At(R"("type":"tcp","port":81)")),
            "replace transport workers/one/transports/raw [endpoint.port: 80 -> 81]\n");
}

TEST(Diff, KeepsAListenerThatIsOnlySpelledOtherwise) {
  const auto at = [](const char* more) { return At(std::string(R"("type":"tcp","port":80)") + more); };
  EXPECT_EQ(DiffText(at(""), at(R"(,"shared":false)")),
            "update transport workers/one/transports/raw [endpoint.shared:  -> false]\n");
  EXPECT_EQ(DiffText(at(""), at(R"(,"shared":true)")),
            "update transport workers/one/transports/raw [endpoint.shared:  -> true]\n");
}

TEST(Diff, KeepsAListenerWhoseSocketIsChangedInPlace) {
  EXPECT_EQ(DiffText(At(R"("type":"tcp","port":80)"),
                     At(R"("type":"tcp","port":80,"backlog":7,"user_timeout":100)")),
            "update transport workers/one/transports/raw [endpoint.backlog:  -> 7] "
            "[endpoint.user_timeout:  -> 100]\n");
  EXPECT_EQ(DiffText(At(R"("type":"unix","path":"/s","mode":"0600")"), At(R"("type":"unix","path":"/s")")),
            "update transport workers/one/transports/raw [endpoint.mode: \"0600\" -> ]\n");
}

TEST(Diff, NamesBackendsRoutesAndWorkers) {
  const std::string connection =
      R"({"transport":{"type":"rawsocket","endpoint":{"type":"unix","path":"r"}}})";
  const v1::Node before =
      Proxy(R"("connections":{"a":)" + connection + R"(},"routes":{"realm1":{"user":"a"}})");
  const v1::Node after = Proxy(R"("options":{"processes":2},"connections":{"a":)" + connection + R"(,"b":)" +
                               connection + R"(},"routes":{"realm1":{"user":["a","b"],"x/y":"b"}})");
  EXPECT_EQ(DiffText(before, after),
            "update worker workers/one [options.processes:  -> 2]\n"
            "create backend workers/one/backends/b [transport.endpoint.path:  -> \"r\"] "
            "[transport.endpoint.type:  -> "
            "\"unix\"] [transport.type:  -> \"rawsocket\"]\n"
            "update route workers/one/routes/realm1/user [connections: [\"a\"] -> [\"a\",\"b\"]]\n"
            "create route workers/one/routes/realm1/x%2Fy [connections:  -> [\"b\"]]\n");
  const v1::Node weighted = Proxy(R"("connections":{"a":)" + connection + R"(,"b":)" + connection +
                                  R"(},"routes":{"realm1":{"user":{"a":{"weight":3},"b":{}}}})");
  const v1::Node shifted = Proxy(R"("connections":{"a":)" + connection + R"(,"b":)" + connection +
                                 R"(},"routes":{"realm1":{"user":{"a":{"weight":2}}}})");
  EXPECT_EQ(DiffText(weighted, shifted),
            "update route workers/one/routes/realm1/user [targets.a.weight: 3 -> 2] [targets.b: {} -> ]\n");
  EXPECT_EQ(DiffText(v1::Node(), DocumentOf(R"({"limits":{"shutdown_grace":1}})")),
            "update node node [limits.shutdown_grace:  -> 1]\n");
  EXPECT_EQ(DiffText(Proxy(R"("options":{"processes":"auto"})"), v1::Node()),
            "delete worker workers/one [id: \"one\" -> ] [options.processes: \"auto\" -> ] [type: \"proxy\" "
            "-> ]\n");
}

const std::string kWithHeader =
    R"("connections":{"a":{"transport":{"endpoint":{"type":"unix","path":"r"},"url":"ws://x","headers":{"Key":")";

TEST(Secrets, AreShownAsPlaceholdersAndComeBack) {
  const v1::Node running = Proxy(kWithHeader + "very secret\"}}}}");
  v1::Node shown = running;
  HideSecrets(shown);
  EXPECT_EQ(WriteJson(shown).find("very secret"), std::string::npos);
  EXPECT_NE(WriteJson(shown).find(SecretPlaceholder("very secret")), std::string::npos);
  Problems problems;
  RestoreSecrets(running, shown, problems);
  EXPECT_EQ(AllOf(problems), "");
  EXPECT_EQ(CanonicalBytes(shown), CanonicalBytes(running));
  RestoreSecrets(v1::Node(), shown, problems);
  EXPECT_EQ(CanonicalBytes(shown), CanonicalBytes(running));
}

TEST(Secrets, AreRefusedIfTheyStandForNothing) {
  v1::Node node = Proxy(kWithHeader + "<secret:01234567>\"}}}}");
  Problems problems;
  RestoreSecrets(v1::Node(), node, problems);
  EXPECT_EQ(AllOf(problems),
            "workers[0].connections.a.transport.headers.Key: <secret:01234567> stands for no value that is "
            "in use\n");
}

TEST(Secrets, AreNotPartOfADiff) {
  const std::string text = DiffText(Proxy(kWithHeader + "first\"}}}}"), Proxy(kWithHeader + "second\"}}}}"));
  EXPECT_EQ(text, "update backend workers/one/backends/a [transport.headers.Key: \"" +
                      SecretPlaceholder("first") + "\" -> \"" + SecretPlaceholder("second") + "\"]\n");
}

}  // namespace
}  // namespace wampgate::config
