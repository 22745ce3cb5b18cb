// Random lists of changes against a model that knows objects by name only.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "config/change_list.hpp"
#include "config/change_text.hpp"
#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/node_delta.hpp"
#include "config/object_name.hpp"
#include "config/resources.hpp"

namespace wampgate::config {
namespace {

using Action = v1::ObjectChange;

/// Resource name → content; ids are names, spelled or not.
using Model = std::map<std::string, std::string>;

std::string ContentOf(const google::protobuf::Message& content) {
  const std::unique_ptr<google::protobuf::Message> copy(content.New());
  copy->CopyFrom(content);
  if (const auto* id = content.GetDescriptor()->FindFieldByName("id"))
    copy->GetReflection()->ClearField(copy.get(), id);
  return CanonicalBytes(*copy);
}
Model ModelOf(const Resources& resources) {
  Model model;
  for (const auto& [name, resource] : resources) model[name] = ContentOf(*resource.content);
  return model;
}

/// Documents and objects that are sound as far as names go.
class Objects {
 public:
  explicit Objects(std::uint32_t seed) : random_(seed) {}
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  std::string Pick(std::initializer_list<const char*> from) { return from.begin()[Below(int(from.size()))]; }

  v1::Path Path(int depth) {
    v1::Path path;
    const int kind = Below(depth > 0 ? 4 : 3);
    if (kind == 0) path.mutable_none();
    if (kind == 1) path.mutable_json()->set_value(std::to_string(Below(5)));
    if (kind == 2) path.mutable_redirect()->set_url(Pick({"/x", "/y"}));
    if (kind == 3) Paths(*path.mutable_path()->mutable_paths(), depth - 1);
    return path;
  }
  v1::Connection Connection() {
    v1::Connection connection;
    connection.mutable_transport()->mutable_rawsocket();
    connection.mutable_transport()->set_join_timeout(100 + Below(3));
    return connection;
  }
  v1::WorkerBackend Backend() {
    v1::WorkerBackend backend;
    if (Below(2) == 0) backend.set_realm(Pick({"r1", "r2"}));
    backend.mutable_transport()->mutable_websocket();
    return backend;
  }
  v1::RouteTargets Route() {
    v1::RouteTargets route;
    route.add_connections(Pick({"free1", "free2"}));  // never deleted
    return route;
  }
  v1::Transport Transport(int port) {
    v1::Transport transport;
    if (Below(3) == 0) {
      transport.mutable_rawsocket();
    } else {
      Paths(*transport.mutable_web()->mutable_paths(), 2);
    }
    transport.mutable_endpoint()->mutable_tcp()->mutable_port()->set_number(port);
    return transport;
  }
  v1::Worker Worker() {
    v1::Worker worker;
    if (Below(5) == 0) {
      worker.mutable_router()->add_realms()->set_name("realm1");
    } else {
      Fill(*worker.mutable_proxy());
    }
    for (int i = Below(4); i > 0; --i) {
      v1::Transport& transport = *worker.add_transports();
      transport = Transport(80 + Below(3));
      if (Below(2) == 0) transport.set_id("own" + std::to_string(i));
    }
    return worker;
  }
  v1::Node Node() {
    v1::Node node;
    for (int i = 1 + Below(4); i > 0; --i) {
      v1::Worker& worker = *node.add_workers();
      worker = Worker();
      if (Below(2) == 0) worker.set_id("named" + std::to_string(i));
    }
    return node;
  }

 private:
  void Paths(google::protobuf::Map<std::string, v1::Path>& paths, int depth) {
    for (int i = Below(4); i > 0; --i) paths[Pick({"a", "b", "c", "/"})] = Path(depth);
    if (Below(4) == 0) {
      v1::Path& path = paths["key"];
      path = Path(0);
      path.set_id("other_name");
    }
  }
  void Fill(v1::ProxyWorker& proxy) {
    for (int i = Below(3); i > 0; --i) (*proxy.mutable_connections())["b" + std::to_string(i)] = Connection();
    for (int i = Below(4); i > 0; --i) {
      v1::WorkerBackend& backend = *proxy.add_backends();
      backend = Backend();
      if (Below(3) == 0) backend.set_id("own" + std::to_string(i));
    }
    for (int i = Below(3); i > 0; --i) {
      (*(*proxy.mutable_routes())[Pick({"r1", "r/2"})].mutable_roles())[Pick({"x", "y"})] = Route();
    }
  }
  std::mt19937 random_;
};

std::string Random(Objects& objects, const Model& model) {
  auto name = std::next(model.begin(), objects.Below(static_cast<int>(model.size())))->first;
  if (objects.Below(3) > 0) return name;
  if (name == "node") return "workers/" + objects.Pick({"new1", "new2"});
  const ObjectName parent = ObjectName::Parse(name).value_or(ObjectName{.worker = "nosuch"});
  if (parent.kind == ObjectName::Kind::kWorker) {
    return parent.ToString() + objects.Pick({"/transports/new1", "/transports/new2", "/backends/b1",
                                             "/backends/new1", "/routes/r1/x", "/routes/new/z"});
  }
  return name + objects.Pick({"/paths/a", "/paths/new", ""});
}

v1::ObjectChange RandomChange(Objects& objects, const Model& model) {
  v1::ObjectChange change;
  change.set_name(Random(objects, model));
  change.set_action(static_cast<Action::Action>(1 + objects.Below(4)));
  const auto name = ObjectName::Parse(change.name());
  if (!name.ok() || change.action() == Action::DELETE) return change;
  switch (name->kind) {
    case ObjectName::Kind::kWorker:
      *change.mutable_worker() = objects.Worker();
      break;
    case ObjectName::Kind::kTransport:
      *change.mutable_transport() = objects.Transport(80 + objects.Below(10));
      break;
    case ObjectName::Kind::kPath:
      *change.mutable_path() = objects.Path(1);
      break;
    case ObjectName::Kind::kBackend:
      if (objects.Below(2) == 0) {
        *change.mutable_connection() = objects.Connection();
      } else {
        *change.mutable_worker_backend() = objects.Backend();
      }
      break;
    case ObjectName::Kind::kRoute:
      *change.mutable_route() = objects.Route();
      break;
  }
  return change;
}

/// What a change that was made makes of the model.
void Make(const v1::ObjectChange& change, Model& model) {
  const ObjectName name = *ObjectName::Parse(change.name());
  const std::string text = name.ToString();
  std::erase_if(
      model, [&](const auto& entry) { return entry.first == text || entry.first.starts_with(text + "/"); });
  if (change.action() == Action::DELETE) return;
  const auto* oneof = v1::ObjectChange::descriptor()->FindOneofByName("object");
  const auto* field = change.GetReflection()->GetOneofFieldDescriptor(change, oneof);
  Resources resources;
  CollectUnder(name, change.GetReflection()->GetMessage(change, field), TestEnvironment(), resources);
  for (const auto& [below, content] : ModelOf(resources)) model[below] = content;
}

/// What is said of a list leads from the one document to the other, and back from whatever is in between.
void ExpectFollowed(const v1::Node& before, const ChangeList& list) {
  v1::Node edited = before;
  const MadeChanges made = MakeChanges(before, edited, list, TestEnvironment());
  if (made.has_workers) return;
  if (made.status.ok()) {
    v1::Node follower = before;
    ApplyDelta(DeltaTo(edited, made.routes), follower);
    EXPECT_EQ(CanonicalBytes(follower), CanonicalBytes(edited));
  }
  ApplyDelta(DeltaTo(before, made.routes), edited);
  EXPECT_EQ(CanonicalBytes(edited), CanonicalBytes(before));
}

TEST(ChangeListProperty, ResultIsThatOfTheModelAndThePlanIsTheDifference) {
  int made = 0, refused = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Objects objects(seed);
    const v1::Node before = objects.Node();
    v1::Node document = before;
    Model model = ModelOf(CollectResources(before, TestEnvironment()));
    ChangeList list;
    for (int i = 0; i < 8; ++i) {
      const v1::ObjectChange change = RandomChange(objects, model);
      const bool exists = model.contains(change.name());
      ChangeList one;
      *one.Add() = change;
      ExpectFollowed(document, one);
      ChangedDocument changed = ApplyChanges(document, one, TestEnvironment());
      if (!changed.status.ok()) {
        ++refused;
        if (change.action() == Action::CREATE && exists && ObjectName::Parse(change.name()).ok()) {
          EXPECT_EQ(changed.status.code(), StatusCode::kAlreadyExists) << changed.status;
        }
        continue;
      }
      ++made;
      EXPECT_TRUE(change.action() == Action::CREATE ? !exists : change.action() == Action::PUT || exists);
      document = changed.document;
      Make(change, model);
      *list.Add() = change;
      ASSERT_EQ(ModelOf(CollectResources(document, TestEnvironment())), model) << change.ShortDebugString();
    }
    ExpectFollowed(before, list);
    const ChangedDocument at_once = ApplyChanges(before, list, TestEnvironment());
    ASSERT_TRUE(at_once.status.ok()) << at_once.status;
    EXPECT_EQ(CanonicalBytes(at_once.document), CanonicalBytes(document));
    EXPECT_EQ(TextOf(at_once.plan), TextOf(Diff(before, document, TestEnvironment())));
    if (HasFailure()) return;
  }
  EXPECT_GT(made, 600);
  EXPECT_GT(refused, 150);
}

}  // namespace
}  // namespace wampgate::config
