#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/change_list.hpp"
#include "config/change_text.hpp"
#include "config/object_place.hpp"
#include "config/one_transport.hpp"
#include "config/resolve.hpp"
#include "config/secrets.hpp"

/// Transports of type "universal" and "websocket.testee", and tickets.
namespace wampgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ProblemsOf(const std::string& fields) {
  return ProblemsOf(LoadTransport(fields));
}
const std::string kTransport = "workers[0].transports[0].";

TEST(Universal, AnEmptyObjectMeansAllDefaults) {
  const auto universal = ProtocolOf<UniversalTransport>(
      LoadTransport(R"("type":"universal","rawsocket":{},"websocket":{"ws":{}},"web":{})"));
  ASSERT_TRUE(universal.rawsocket);
  EXPECT_EQ(universal.rawsocket->options, rawsocket::ServerOptions());
  EXPECT_TRUE(universal.rawsocket->transparent) << "the worker's backends";
  const auto& entry = std::get<WampWebSocket>(universal.websocket.paths.at("ws").service);
  EXPECT_EQ(entry.options, websocket::ServerOptions());
  EXPECT_EQ(universal.websocket.paths.at("ws").name, "workers/edge/transports/one/paths/ws");
  ASSERT_TRUE(universal.web);
  EXPECT_EQ(universal.web->options, http::ServerOptions());
  EXPECT_EQ(universal.open_handshake_timeout, std::chrono::seconds(5));

  const auto raw = ProtocolOf<UniversalTransport>(LoadTransport(R"("type":"universal","rawsocket":{})"));
  EXPECT_TRUE(raw.rawsocket && !raw.web && raw.websocket.paths.empty());
  EXPECT_THAT(ProblemsOf(R"("type":"universal")"), HasSubstr("every connection is closed"));
}

TEST(Universal, ItsPartsAreSpelledLikeTransportsWithoutEndpoint) {
  EXPECT_EQ(ProblemsOf(R"("type":"universal","rawsocket":{"type":"rawsocket","id":"abc"},
      "websocket":{"ws":{"type":"websocket","id":"entry"}})"),
            "");
  const std::string text = ProblemsOf(R"("type":"universal","rawsocket":{"endpoint":{"type":"tcp","port":1}},
      "web":{"endpoint":{},"paths":{"p":{"type":"none"}}},"mqtt":{},"websocket":{"a":{"type":"json","value":1},
      "b c":{},"d":{"endpoint":{}}})");
  EXPECT_THAT(text, HasSubstr(kTransport + "rawsocket.endpoint: does not belong here"));
  EXPECT_THAT(text, HasSubstr(kTransport + "web.endpoint: does not belong here"));
  EXPECT_THAT(text, HasSubstr(kTransport + "mqtt: needs a router's insides"));
  EXPECT_THAT(text, HasSubstr(kTransport + "websocket.d.endpoint: unknown key"));
  const std::string others =
      ProblemsOf(R"("type":"universal","websocket":{"a":{"type":"json","value":1},"b c":{}})");
  EXPECT_THAT(others,
              HasSubstr(kTransport + "websocket.a.type: expected \"websocket\" or \"websocket-proxy\""));
  EXPECT_THAT(others, HasSubstr("invalid value \"b c\" for path"));
}

TEST(Universal, EntriesAndPathsHaveNamesOfTheirOwn) {
  EXPECT_THAT(ProblemsOf(R"("type":"universal","websocket":{"/":{}},"web":{"paths":{"/":{"type":"none"}}})"),
              HasSubstr(kTransport + "web.paths[\"/\"]: an entry of `websocket` has the name"));
  EXPECT_EQ(ProblemsOf(R"("type":"universal","websocket":{"/":{"id":"entry"}},"web":{"paths":{"/":{"type":
      "none"}}})"),
            "");
  EXPECT_THAT(ProblemsOf(R"("type":"universal","websocket":{"ws":{"id":"entry"}},"web":{"paths":{"ws":{"type":
      "none"}}})"),
              HasSubstr("is never reached: `websocket` has this URL path, too"));
}

v1::Node Document() {
  const Loaded loaded =
      LoadTransport(R"("type":"universal","rawsocket":{},"websocket":{"ws":{},"x":{"id":"named"}},
      "web":{"options":{"hsts":true},"paths":{"v":{"type":"json","value":1},"deep":{"type":"path","paths":{"w":
      {"type":"none"}}}}})");
  EXPECT_TRUE(loaded.document) << AllOf(loaded.problems);
  return *loaded.document;
}
v1::ObjectChange Change(v1::ObjectChange::Action action, const std::string& name,
                        const std::string& json = "") {
  v1::ObjectChange change;
  change.set_action(action);
  change.set_name("workers/edge/transports/one" + name);
  if (!json.empty()) change.mutable_text()->set_json(json);
  return change;
}
ChangedDocument Apply(const v1::ObjectChange& change, const v1::Node& running) {
  ChangeList list;
  *list.Add() = change;
  ChangedDocument changed = ApplyChanges(running, list, TestEnvironment());
  if (changed.status.ok()) {
    EXPECT_EQ(TextOf(changed.plan), TextOf(Diff(running, changed.document, TestEnvironment())));
  }
  return changed;
}
std::string Plan(const v1::ObjectChange& change) {
  const ChangedDocument changed = Apply(change, Document());
  return changed.status.ok() ? NamesOf(changed.plan) : std::string(wampgate::Message(changed.status));
}

TEST(Universal, ItsPathsAreObjects) {
  const v1::Node document = Document();
  const Environment environment = TestEnvironment();
  const DocumentObjects objects(document, environment);
  std::vector<std::string> names;
  ObjectName any;
  any.kind = ObjectName::Kind::kTransport;
  any.worker = any.transport = "-";
  for (const ObjectName& name : objects.NamesIn(any, ObjectName::Kind::kPath)) {
    names.push_back(name.ToString().substr(std::string("workers/edge/transports/one/paths/").size()));
    EXPECT_NE(objects.Find(name), nullptr) << name.ToString();
  }
  std::sort(names.begin(), names.end());
  EXPECT_THAT(names, ElementsAre("deep", "deep/paths/w", "named", "v", "ws"));

  const std::string json = R"({"type":"json","value":2})",
                    ws = R"({"type":"websocket","serializers":["json"]})";
  const auto update = v1::ObjectChange::UPDATE, create = v1::ObjectChange::CREATE;
  EXPECT_EQ(Plan(Change(update, "/paths/v", json)), "update workers/edge/transports/one/paths/v\n");
  EXPECT_EQ(Plan(Change(update, "/paths/ws", ws)), "update workers/edge/transports/one/paths/ws\n");
  EXPECT_EQ(Plan(Change(update, "/paths/named", ws)), "update workers/edge/transports/one/paths/named\n");
  EXPECT_EQ(Plan(Change(create, "/paths/new", json)), "create workers/edge/transports/one/paths/new\n");
  EXPECT_EQ(Plan(Change(create, "/paths/deep/paths/z", json)),
            "create workers/edge/transports/one/paths/deep/paths/z\n");
  EXPECT_EQ(Plan(Change(v1::ObjectChange::DELETE, "/paths/named")),
            "delete workers/edge/transports/one/paths/named\n");
  const v1::Node with_new = Apply(Change(create, "/paths/new", ws), document).document;
  EXPECT_TRUE(with_new.workers(0).transports(0).universal().web().paths().contains("new"));
  const v1::Node updated = Apply(Change(update, "/paths/ws", ws), document).document;
  EXPECT_EQ(updated.workers(0)
                .transports(0)
                .universal()
                .websocket()
                .at("ws")
                .websocket()
                .serializers()
                .values_size(),
            1);
}

TEST(Universal, AChangeOfItIsTheTransportsAndMovingAPathIsSeen) {
  const v1::Node before = Document();
  v1::Node after = before;
  auto& universal = *after.mutable_workers(0)->mutable_transports(0)->mutable_universal();
  universal.clear_rawsocket();
  EXPECT_EQ(TextOf(Diff(before, after, TestEnvironment())),
            "update workers/edge/transports/one [rawsocket: {} -> ]\n");
  after = before;
  auto& moved = *after.mutable_workers(0)->mutable_transports(0)->mutable_universal();
  (*moved.mutable_web()->mutable_paths())["ws"] = moved.websocket().at("ws");
  moved.mutable_websocket()->erase("ws");
  EXPECT_EQ(NamesOf(Diff(before, after, TestEnvironment())), "update workers/edge/transports/one/paths/ws\n");
}

TEST(Universal, PlacesOfItsPathsAreWhereTheyAreSpelled) {
  const v1::Node document = Document();
  const Environment environment = TestEnvironment();
  const DocumentObjects objects(document, environment);
  const auto place = [&](const std::string& path) {
    const auto name = ObjectName::Parse("workers/edge/transports/one/paths/" + path);
    return name.ok() ? PlaceOf(objects, document, *name) : std::string(wampgate::Message(name.status()));
  };
  EXPECT_EQ(place("ws"), kTransport + "websocket.ws");
  EXPECT_EQ(place("named"), kTransport + "websocket.x");
  EXPECT_EQ(place("v"), kTransport + "web.paths.v");
  EXPECT_EQ(place("deep/paths/w"), kTransport + "web.paths.deep.paths.w");
}

TEST(Testee, EchoesWithItsOptionsAndShowsItsVersion) {
  const auto testee = ProtocolOf<WebSocketTestee>(
      LoadTransport(R"("type":"websocket.testee","url":"ws://localhost:80","options":{"max_frame_size":7,
      "show_server_version":false})"));
  websocket::ServerOptions expected;
  expected.connection.max_frame_size = 7;
  expected.show_server_version = true;
  EXPECT_EQ(testee.options, expected);
  EXPECT_THAT(ProblemsOf(R"("type":"websocket.testee","url":"http://x","debug":true,"auth":{})"),
              HasSubstr(kTransport + "auth: unknown key"));
}

const std::string kAuth = R"("type":"rawsocket","auth":{"ticket":{"type":"static","principals":{)";

TEST(Tickets, AreReadWithRoleAuthidAndRealm) {
  const auto raw = ProtocolOf<RawSocketTransport>(LoadTransport(
      kAuth +
      R"("joe":{"ticket":"s","role":"user"},"al":{"ticket":"t","role":"r","authid":"b","realm":"c"}}}})"));
  auth::TicketOptions expected;
  expected.principals["joe"] = {.ticket = "s", .role = "user", .authid = {}, .realm = {}};
  expected.principals["al"] = {.ticket = "t", .role = "r", .authid = "b", .realm = "c"};
  ASSERT_TRUE(raw.auth && raw.auth->ticket);
  EXPECT_EQ(*raw.auth->ticket, expected);
}

TEST(Tickets, MistakesAreNamed) {
  const std::string text = ProblemsOf(
      kAuth + R"("a":{"role":"user"},"b":{"ticket":"","role":"user"},"":{"ticket":"x","role":"user"},
      "c":{"ticket":"x","role":"user","realm":"","authid":""},"d":{"ticket":"x"},"e":{"ticket":"x","rol":"y"}}}})");
  const std::string list = kTransport + "auth.ticket.principals";
  EXPECT_THAT(text, HasSubstr(list + ".e.rol: unknown key; did you mean \"role\"?"));
  const std::string more = ProblemsOf(
      kAuth + R"("a":{"role":"user"},"b":{"ticket":"","role":"user"},"":{"ticket":"x","role":"user"},
      "c":{"ticket":"x","role":"user","realm":"","authid":""},"d":{"ticket":"x"}}}})");
  EXPECT_THAT(more, HasSubstr(list + ".a.ticket: missing"));
  EXPECT_THAT(more, HasSubstr(list + ".b.ticket: expected a secret text"));
  EXPECT_THAT(more, HasSubstr(list + "[\"\"]: expected an authid"));
  EXPECT_THAT(more, HasSubstr(list + ".c.realm: expected the name of a realm"));
  EXPECT_THAT(more, HasSubstr(list + ".c.authid: expected an authid"));
  EXPECT_THAT(more, HasSubstr("warning: " + list + ".d: has no role"));
  EXPECT_THAT(ProblemsOf(R"("type":"rawsocket","auth":{"ticket":{}})"),
              HasSubstr(kTransport + "auth.ticket.type: missing; expected \"static\""));
  EXPECT_THAT(ProblemsOf(R"("type":"rawsocket","auth":{"ticket":{"type":"dynamic"}})"),
              HasSubstr("authenticators are not in this version"));
  EXPECT_THAT(ProblemsOf(kAuth + "}}}"), HasSubstr("no principals: nobody can join by ticket"));
}

TEST(Tickets, FromTheEnvironmentReachTheWorkerWithTheirValue) {
  const Environment environment = TestEnvironment({{"JOE", "from there"}});
  const Loaded loaded =
      LoadTransport(R"("type":"universal","websocket":{"ws":{"auth":{"ticket":{"type":"static","principals":{
      "joe":{"ticket":"${JOE}","role":"user"},"jim":{"ticket":"${JIM}","role":"user"}}}}}})",
                    environment);
  EXPECT_THAT(AllOf(loaded.problems), HasSubstr("the environment variable JIM is not set"));
  ASSERT_TRUE(loaded.document && loaded.node);
  const auto extract = ExtractWorker(*loaded.document, "edge", environment);
  ASSERT_TRUE(extract);
  const Resolution resolution = Resolve(*extract, TestEnvironment());
  ASSERT_TRUE(resolution.node) << AllOf(resolution.problems);
  EXPECT_EQ(resolution.node->workers[0].transports, loaded.node->workers[0].transports);
  const auto& universal = std::get<UniversalTransport>(resolution.node->workers[0].transports[0].protocol);
  const auto& principals =
      std::get<WampWebSocket>(universal.websocket.paths.at("ws").service).auth->ticket->principals;
  EXPECT_EQ(principals.at("joe").ticket, "from there");
  EXPECT_EQ(principals.at("jim").ticket, std::nullopt);
}

TEST(Tickets, AreSecrets) {
  Loaded loaded = LoadTransport(kAuth + R"("joe":{"ticket":"very secret","role":"user"}}}})");
  ASSERT_TRUE(loaded.document);
  v1::Node shown = *loaded.document;
  HideSecrets(shown);
  EXPECT_THAT(WriteJson(shown), Not(HasSubstr("very secret")));
  EXPECT_THAT(WriteJson(shown), HasSubstr(SecretPlaceholder("very secret")));
  Problems problems;
  RestoreSecrets(*loaded.document, shown, problems);
  EXPECT_EQ(AllOf(problems), "");
  EXPECT_EQ(WriteJson(shown), WriteJson(*loaded.document));
}

}  // namespace
}  // namespace wampgate::config
