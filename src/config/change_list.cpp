#include "config/change_list.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/field_mask_util.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "config/document_objects.hpp"
#include "config/load.hpp"
#include "config/object_edit.hpp"
#include "config/resources.hpp"
#include "config/secrets.hpp"
#include "config/spelling.hpp"

namespace wampgate::config {
namespace {

using google::protobuf::util::FieldMaskUtil;
using Kind = ObjectName::Kind;

/// Applies one change after the other, and keeps what is wrong with them.
class Changer {
 public:
  Changer(const v1::Node& running, v1::Node& document, const Environment& environment)
      : running_(running), environment_(environment), document_(document), edit_(document_, environment) {}

  MadeChanges Run(const ChangeList& changes) {
    for (int i = 0; i < changes.size(); ++i) {
      where_ = Where().Key("changes").Index(static_cast<std::size_t>(i));
      Make(changes.Get(i));
    }
    if (status_.ok()) CheckGoneBackends();
    made_.status = status_;
    made_.problems = std::move(problems_);
    if (!status_.ok()) return std::move(made_);
    touched_.insert(edit_.pinned().begin(), edit_.pinned().end());
    made_.plan = Plan();
    return std::move(made_);
  }

 private:
  void Fail(StatusCode code, const std::string& key, const std::string& message) {
    if (status_.ok()) status_ = MakeStatus(code, message);
    problems_.push_back({Severity::kError, key.empty() ? where_.text() : where_.Key(key).text(), message});
  }
  void Invalid(const std::string& key, const std::string& message) {
    if (status_.ok()) status_ = InvalidArgument(fmt::format("{}: {}", where_.Key(key).text(), message));
    problems_.push_back({Severity::kError, where_.Key(key).text(), message});
  }

  void Make(const v1::ObjectChange& change) {
    const auto name = ObjectName::Parse(change.name());
    if (!name.ok()) return Invalid("name", std::string(wampgate::Message(name.status())));
    if (change.has_update_mask() && change.action() != v1::ObjectChange::UPDATE) {
      return Invalid("update_mask", "is for UPDATE only");
    }
    const google::protobuf::Message* found = edit_.objects().Find(*name);
    if (!MayBeMade(change, *name, found)) return;
    Note(*name, found);
    if (change.action() == v1::ObjectChange::DELETE) {
      if (name->kind == Kind::kBackend) gone_.push_back(*name);
      edit_.Remove(*name);
      touched_.insert(name->ToString());
      return;
    }
    std::string key;
    std::unique_ptr<google::protobuf::Message> object = ObjectOf(change, *name, found, key);
    if (object == nullptr) return;
    const Status placed = edit_.Place(*name, *object);
    if (!placed.ok()) return Fail(placed.code(), "name", std::string(wampgate::Message(placed)));
    touched_.insert(name->ToString());
    made_.placed.push_back({*name, where_.Key(key).text()});
  }

  void Note(const ObjectName& name, const google::protobuf::Message* found) {
    if (name.kind == Kind::kRoute) made_.routes.push_back(name);
    if (name.kind == Kind::kWorker) made_.has_workers = true;
    if (name.kind == Kind::kBackend && found != nullptr) made_.changes_known_backends = true;
  }

  bool MayBeMade(const v1::ObjectChange& change, const ObjectName& name,
                 const google::protobuf::Message* found) {
    const std::string text = name.ToString();
    const auto refuse = [&](StatusCode code, const char* key, const std::string& message) {
      Fail(code, key, message);
      return false;
    };
    switch (change.action()) {
      case v1::ObjectChange::CREATE:
        if (found != nullptr) return refuse(StatusCode::kAlreadyExists, "name", text + " exists already");
        break;
      case v1::ObjectChange::PUT:
        break;
      case v1::ObjectChange::UPDATE:
      case v1::ObjectChange::DELETE:
        if (found == nullptr) return refuse(StatusCode::kNotFound, "name", "there is no " + text);
        break;
      default:
        Invalid("action", "expected CREATE, UPDATE, PUT or DELETE");
        return false;
    }
    if (found == nullptr) {
      if (const Status parent = edit_.CheckParent(name); !parent.ok())
        return refuse(parent.code(), "name", std::string(wampgate::Message(parent)));
    }
    if (change.etag().empty()) return true;
    if (found == nullptr) {
      return refuse(StatusCode::kAborted, "etag",
                    fmt::format("{} has gone since it was read: read again", text));
    }
    if (const std::string etag = Etag(*found); etag != change.etag()) {
      return refuse(StatusCode::kAborted, "etag",
                    fmt::format("{} has changed since it was read (its etag is {}, not {}): read it again",
                                text, etag, change.etag()));
    }
    return true;
  }

  /// What is to stand there; null, with a problem, if that cannot be said.
  std::unique_ptr<google::protobuf::Message> ObjectOf(const v1::ObjectChange& change, const ObjectName& name,
                                                      const google::protobuf::Message* found,
                                                      std::string& key) {
    std::unique_ptr<google::protobuf::Message> object = Given(change, name, found, key);
    if (object == nullptr) return nullptr;
    Problems problems;
    if (HasPlaceholders(*object)) RestoreSecrets(running_, *object, problems);
    Report(problems, key);
    if (HasErrors(problems)) return nullptr;
    if (change.action() != v1::ObjectChange::UPDATE) return object;
    if (found->GetDescriptor() != object->GetDescriptor()) {
      Invalid(key, fmt::format("{} is a {}, and is not made a {} by UPDATE; PUT does that", name.ToString(),
                               found->GetDescriptor()->name(), object->GetDescriptor()->name()));
      return nullptr;
    }
    return Masked(change, *found, std::move(object));
  }

  std::unique_ptr<google::protobuf::Message> Given(const v1::ObjectChange& change, const ObjectName& name,
                                                   const google::protobuf::Message* found, std::string& key) {
    const auto* oneof = v1::ObjectChange::descriptor()->FindOneofByName("object");
    const FieldDescriptor* field = change.GetReflection()->GetOneofFieldDescriptor(change, oneof);
    if (field == nullptr) {
      Invalid("name", fmt::format("expected the {} beside its name, found none", ToString(name.kind)));
      return nullptr;
    }
    key = field->name();
    if (change.has_text()) return ReadText(change.text(), name, found);
    const auto& given = change.GetReflection()->GetMessage(change, field);
    if (!Fits(name.kind, *field->message_type())) {
      Invalid(key, fmt::format("expected a {}, as the name says", ToString(name.kind)));
      return nullptr;
    }
    std::unique_ptr<google::protobuf::Message> object(given.New());
    object->CopyFrom(given);
    return object;
  }

  static bool Fits(Kind kind, const Descriptor& type) {
    switch (kind) {
      case Kind::kWorker:
        return &type == v1::Worker::descriptor();
      case Kind::kTransport:
        return &type == v1::Transport::descriptor();
      case Kind::kPath:
        return &type == v1::Path::descriptor();
      case Kind::kBackend:
        return &type == v1::Connection::descriptor() || &type == v1::WorkerBackend::descriptor();
      case Kind::kRoute:
        break;
    }
    return &type == v1::RouteTargets::descriptor();
  }

  std::unique_ptr<google::protobuf::Message> ReadText(const v1::ObjectText& text, const ObjectName& name,
                                                      const google::protobuf::Message* found) {
    std::unique_ptr<google::protobuf::Message> object;
    if (found != nullptr) {
      object.reset(found->New());
    } else if (name.kind == Kind::kBackend && text.worker_backend()) {
      object = std::make_unique<v1::WorkerBackend>();
    } else {
      object = EmptyObject(name.kind);
    }
    Problems problems;
    ReadObject(text, *object, problems);
    Report(problems, "text");
    return HasErrors(problems) ? nullptr : std::move(object);
  }

  /// Problems of an object, whose paths are within it.
  void Report(const Problems& problems, const std::string& key) {
    for (Problem problem : problems) {
      if (problem.severity == Severity::kError && status_.ok()) {
        status_ = InvalidArgument(ToString(problem));
      }
      const std::string at = where_.Key(key).text();
      if (problem.path.empty()) {
        problem.path = at;
      } else {
        problem.path = at + (problem.path.front() == '[' ? "" : ".") + problem.path;
      }
      problems_.push_back(std::move(problem));
    }
  }

  std::unique_ptr<google::protobuf::Message> Masked(const v1::ObjectChange& change,
                                                    const google::protobuf::Message& found,
                                                    std::unique_ptr<google::protobuf::Message> object) {
    const auto& mask = change.update_mask();
    const bool all = mask.paths().empty() || (mask.paths_size() == 1 && mask.paths(0) == "*");
    if (all) return object;
    for (const std::string& path : mask.paths()) {
      if (FieldMaskUtil::GetFieldDescriptors(object->GetDescriptor(), path, nullptr)) continue;
      Invalid("update_mask",
              fmt::format("a {} has no field {}", object->GetDescriptor()->name(), Quote(path)));
      return nullptr;
    }
    std::unique_ptr<google::protobuf::Message> merged(found.New());
    merged->CopyFrom(found);
    FieldMaskUtil::MergeOptions options;
    options.set_replace_message_fields(true);
    options.set_replace_repeated_fields(true);
    FieldMaskUtil::MergeMessageTo(*object, mask, options, merged.get());
    return merged;
  }

  /// Routes that name a backend which has gone for good.
  void CheckGoneBackends() {
    std::map<std::string, std::set<std::string>> gone;  // by worker
    for (const ObjectName& name : gone_) {
      if (edit_.objects().Find(name) == nullptr) gone[name.worker].insert(name.backend);
    }
    for (const auto& [worker, backends] : gone) {
      const v1::Worker* found = edit_.objects().FindWorker(worker);
      if (found != nullptr) CheckRoutes(worker, backends, found->proxy());
    }
  }
  void CheckRoutes(const std::string& worker, const std::set<std::string>& gone,
                   const v1::ProxyWorker& proxy) {
    std::map<std::string, std::string> routes;  // by name: the backend
    for (const auto& [realm, by_role] : proxy.routes()) {
      for (const auto& [role, targets] : by_role.roles()) {
        const ObjectName route{.kind = Kind::kRoute, .worker = worker, .realm = realm, .role = role};
        for (const std::string& backend : targets.connections()) {
          if (gone.contains(backend)) routes[route.ToString()] = backend;
        }
        for (const auto& [backend, target] : targets.targets()) {
          if (gone.contains(backend)) routes[route.ToString()] = backend;
        }
      }
    }
    if (routes.empty()) return;
    const ObjectName backend{.kind = Kind::kBackend, .worker = worker, .backend = routes.begin()->second};
    status_ = FailedPrecondition(fmt::format(
        "{} cannot be deleted: {} {} a backend that goes; change or delete the route{} first, or in the "
        "same list of changes",
        backend.ToString(), routes.size() == 1 ? "a route" : fmt::format("{} routes", routes.size()),
        routes.size() == 1 ? "names" : "name", routes.size() == 1 ? "" : "s"));
    for (const auto& [route, id] : routes) {
      problems_.push_back({Severity::kError, route, fmt::format("names the backend {}", Quote(id))});
    }
  }

  std::vector<Change> Plan() const {
    const DocumentObjects before(running_, environment_), after(document_, environment_);
    Resources old_resources, new_resources;
    for (const std::string& text : touched_) {
      if (IsCovered(text)) continue;
      const ObjectName name = *ObjectName::Parse(text);
      if (const auto* object = before.Find(name)) CollectUnder(name, *object, environment_, old_resources);
      if (const auto* object = after.Find(name)) CollectUnder(name, *object, environment_, new_resources);
    }
    return Compare(old_resources, new_resources, environment_);
  }
  /// It lies in another object that was changed as a whole.
  bool IsCovered(const std::string& name) const {
    for (std::size_t slash = name.rfind('/'); slash != std::string::npos && slash > 0;
         slash = name.rfind('/', slash - 1)) {
      if (touched_.contains(name.substr(0, slash))) return true;
    }
    return false;
  }

  const v1::Node& running_;
  const Environment& environment_;
  v1::Node& document_;
  ObjectEdit edit_;
  Where where_;
  Status status_;
  Problems problems_;
  std::set<std::string> touched_;  // names of objects
  std::vector<ObjectName> gone_;   // backends
  MadeChanges made_;
};

}  // namespace

MadeChanges MakeChanges(const v1::Node& running, v1::Node& document, const ChangeList& changes,
                        const Environment& environment) {
  return Changer(running, document, environment).Run(changes);
}

ChangedDocument ApplyChanges(const v1::Node& running, const ChangeList& changes,
                             const Environment& environment) {
  ChangedDocument changed;
  changed.document = running;
  static_cast<MadeChanges&>(changed) = MakeChanges(running, changed.document, changes, environment);
  if (!changed.status.ok()) changed.document.Clear();
  return changed;
}

}  // namespace wampgate::config
