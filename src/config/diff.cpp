#include "config/diff.hpp"

#include <algorithm>
#include <map>

#include "config/resolve_endpoint.hpp"
#include "config/resources.hpp"
#include "config/scalar.hpp"
#include "config/secrets.hpp"
#include "config/spelling.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

struct Leaf {
  std::string text;
  v1::Effect effect;
};
using Leaves = std::map<std::string, Leaf>;

/// Lists what is set in a message, by path within it.
class LeafWalk {
 public:
  explicit LeafWalk(Leaves& leaves) : leaves_(leaves) {}

  void Walk(const Message& message, const Where& where) {
    const auto* reflection = message.GetReflection();
    const Descriptor& type = *message.GetDescriptor();
    if (const FieldDescriptor* member = SelectedMember(message)) {
      Put(where.Key("type"), Quote(KeyOf(*member)), *member);
      Walk(reflection->GetMessage(message, member), where);
    }
    for (const FieldDescriptor* field : FieldsInParent(type))
      Walk(reflection->GetMessage(message, field), where);
    for (const FieldDescriptor* field : KeyedFields(type)) {
      const bool in_place = IsAlternatives(type) && !where.text().empty();
      const Where at = in_place ? where : where.Key(KeyOf(*field));
      if (field->is_repeated()) {
        WalkRepeated(message, *field, at);
      } else if (reflection->HasField(message, field)) {
        WalkSingular(message, *field, at);
      }
    }
  }

 private:
  void Put(const Where& where, std::string text, const FieldDescriptor& field) {
    leaves_[where.text()] = {std::move(text), field.options().GetExtension(v1::change)};
  }

  void WalkSingular(const Message& message, const FieldDescriptor& field, const Where& where) {
    if (field.message_type() == nullptr) {
      Put(where, ToJson(GetScalar(message, field)), field);
      return;
    }
    const std::size_t before = leaves_.size();
    Walk(message.GetReflection()->GetMessage(message, &field), where);
    if (leaves_.size() == before) Put(where, "{}", field);
  }

  void WalkRepeated(const Message& message, const FieldDescriptor& field, const Where& where) {
    const int size = message.GetReflection()->FieldSize(message, &field);
    if (field.message_type() == nullptr) {
      Value list = Value::List();
      for (int i = 0; i < size; ++i) list.items.push_back(GetElement(message, field, i));
      if (size > 0) Put(where, ToJson(list), field);
    }
    for (int i = 0; field.message_type() != nullptr && i < size; ++i) {
      const Message& element = message.GetReflection()->GetRepeatedMessage(message, &field, i);
      if (field.is_map()) {
        WalkEntry(element, field, where);
      } else {
        const Where at = where.Index(static_cast<std::size_t>(i));
        const std::size_t before = leaves_.size();
        Walk(element, at);
        if (leaves_.size() == before) Put(at, "{}", field);
      }
    }
  }

  /// An entry of a map has the effect of the map.
  void WalkEntry(const Message& entry, const FieldDescriptor& map, const Where& where) {
    const FieldDescriptor& value = *map.message_type()->map_value();
    const Where at = where.Key(entry.GetReflection()->GetString(entry, map.message_type()->map_key()));
    if (value.message_type() != nullptr) {
      const std::size_t before = leaves_.size();
      Walk(entry.GetReflection()->GetMessage(entry, &value), at);
      if (leaves_.size() == before) Put(at, "{}", map);
    } else {
      Put(at, ToJson(GetScalar(entry, value)), map);
    }
  }

  Leaves& leaves_;
};

Leaves LeavesOf(const Message& content) {
  const std::unique_ptr<Message> shown(content.New());
  shown->CopyFrom(content);
  HideSecrets(*shown);
  Leaves leaves;
  LeafWalk(leaves).Walk(*shown, {});
  return leaves;
}

std::vector<FieldChange> CompareLeaves(const Leaves& before, const Leaves& after) {
  std::vector<FieldChange> changes;
  for (const auto& [field, old_leaf] : before) {
    const auto found = after.find(field);
    if (found == after.end()) {
      changes.push_back({field, old_leaf.text, "", old_leaf.effect});
    } else if (found->second.text != old_leaf.text) {
      changes.push_back(
          {field, old_leaf.text, found->second.text, std::max(old_leaf.effect, found->second.effect)});
    }
  }
  for (const auto& [field, new_leaf] : after) {
    if (!before.contains(field)) changes.push_back({field, "", new_leaf.text, new_leaf.effect});
  }
  std::sort(changes.begin(), changes.end(),
            [](const FieldChange& a, const FieldChange& b) { return a.field < b.field; });
  return changes;
}

/// Whether a transport listens on the address it had, however its endpoint is spelled. Everything else of an
/// endpoint (queue length, mode, sharing, timeouts) the node changes on the sockets it has.
bool ListensAsBefore(const Resource& before, const Resource& after, const Environment& environment) {
  if (before.kind != "transport" || after.kind != "transport") return false;
  const auto& old_transport = dynamic_cast<const v1::Transport&>(*before.content);
  const auto& new_transport = dynamic_cast<const v1::Transport&>(*after.content);
  Problems ignored;
  const Context context{environment, ignored};
  return old_transport.type_case() == new_transport.type_case() &&
         net::ToString(ResolveListen(old_transport.endpoint(), {}, context)) ==
             net::ToString(ResolveListen(new_transport.endpoint(), {}, context));
}

/// Quickly; maps may be written in another order.
bool IsSurelyEqual(const Resource& before, const Resource& after) {
  return before.key == after.key && before.content->GetDescriptor() == after.content->GetDescriptor() &&
         before.content->SerializeAsString() == after.content->SerializeAsString();
}

Change Difference(const std::string& name, const Resource* before, const Resource* after,
                  const Environment& environment) {
  Change change;
  change.name = name;
  change.kind = (after != nullptr ? after : before)->kind;
  change.fields = CompareLeaves(before != nullptr ? LeavesOf(*before->content) : Leaves(),
                                after != nullptr ? LeavesOf(*after->content) : Leaves());
  // An object of the same id that is mounted elsewhere.
  if (before != nullptr && after != nullptr && before->key != after->key) {
    change.fields.push_back({"key", Quote(before->key), Quote(after->key), v1::NEW_SESSIONS});
  }
  // An id that is spelled out, or no more, is no other name: it names the same object.
  const bool replaces = std::any_of(change.fields.begin(), change.fields.end(), [](const FieldChange& field) {
    return field.effect == v1::REPLACE && field.field != "id";
  });
  change.action = before == nullptr  ? Action::kCreate
                  : after == nullptr ? Action::kDelete
                  : replaces         ? Action::kReplace
                                     : Action::kUpdate;
  if (change.action == Action::kReplace && ListensAsBefore(*before, *after, environment)) {
    change.action = Action::kUpdate;
  }
  return change;
}

}  // namespace

std::vector<Change> Diff(const v1::Node& before, const v1::Node& after, const Environment& environment) {
  return Compare(CollectResources(before, environment), CollectResources(after, environment), environment);
}

std::vector<Change> Compare(const Resources& before, const Resources& after, const Environment& environment) {
  std::vector<Change> changes;
  for (const auto& [name, resource] : before) {
    const auto found = after.find(name);
    if (found != after.end() && IsSurelyEqual(resource, found->second)) continue;
    Change change = Difference(name, &resource, found == after.end() ? nullptr : &found->second, environment);
    if (found == after.end() || !change.fields.empty()) changes.push_back(std::move(change));
  }
  for (const auto& [name, resource] : after) {
    if (!before.contains(name)) changes.push_back(Difference(name, nullptr, &resource, environment));
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.name < b.name; });
  return changes;
}

}  // namespace wampgate::config
