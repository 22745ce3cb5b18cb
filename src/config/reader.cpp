#include "config/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "config/scalar.hpp"
#include "config/spelling.hpp"
#include "config/suggestion.hpp"
#include "config/vocabulary.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

class Reader {
 public:
  explicit Reader(Problems& problems) : problems_(problems) {}

  /// `type` is what a missing "type" means here; empty: what the message says.
  void ReadMessage(const Value& value, const Where& where, Message& message, std::string_view type = {}) {
    if (IsAlternatives(*message.GetDescriptor())) {
      ReadAlternatives(value, where, message);
    } else if (!value.is_object()) {
      Error(value.position, where, fmt::format("expected an object, found {}", Describe(value)));
    } else {
      ReadObject(value, where, message, type);
    }
  }

 private:
  /// The messages whose keys one object holds, in the order in which a key is looked up in them.
  struct Scopes {
    std::vector<Message*> messages;
    bool has_type = false;
    bool type_known = true;  ///< false: what else the object may hold is not known
  };
  struct Candidate {
    std::size_t index;  ///< in the object
    int rank;
    Message* message;
    const FieldDescriptor* field;
  };

  void Error(Position position, const Where& where, std::string message, Cause cause = Cause::kOther) {
    problems_.push_back(
        {Severity::kError, where.text(), std::move(message), position.line, position.column, cause});
  }
  void Warn(Position position, const Where& where, std::string message, Cause cause = Cause::kOther) {
    problems_.push_back(
        {Severity::kWarning, where.text(), std::move(message), position.line, position.column, cause});
  }

  void ReadObject(const Value& object, const Where& where, Message& message, std::string_view type) {
    Scopes scopes;
    OpenScopes(object, where, message, scopes, type);
    std::map<std::pair<Message*, const FieldDescriptor*>, Candidate> chosen;
    for (std::size_t i = 0; i < object.keys.size(); ++i) {
      const Value::Key& key = object.keys[i];
      if (scopes.has_type && key.text == "type") continue;
      if (const auto found = FindIn(scopes, key.text, i)) {
        Choose(object, where, *found, chosen);
      } else if (scopes.type_known) {
        ReportUnknown(key, where, scopes);
      }
    }
    for (const Candidate& candidate : InOrder(chosen)) {
      ReadField(object.items[candidate.index], where.Key(object.keys[candidate.index].text),
                *candidate.message, *candidate.field);
    }
  }

  static std::vector<Candidate> InOrder(
      const std::map<std::pair<Message*, const FieldDescriptor*>, Candidate>& chosen) {
    std::vector<Candidate> candidates;
    for (const auto& [field, candidate] : chosen) candidates.push_back(candidate);
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.index < b.index; });
    return candidates;
  }

  void OpenScopes(const Value& object, const Where& where, Message& message, Scopes& scopes,
                  std::string_view default_type = {}) {
    const Descriptor& type = *message.GetDescriptor();
    if (const OneofDescriptor* oneof = TypeOf(type)) {
      scopes.has_type = true;
      if (const FieldDescriptor* member = ReadType(object, where, *oneof, default_type)) {
        scopes.messages.push_back(message.GetReflection()->MutableMessage(&message, member));
      } else {
        scopes.type_known = false;
      }
    }
    scopes.messages.push_back(&message);
    for (const FieldDescriptor* field : FieldsInParent(type)) {
      OpenScopes(object, where, *message.GetReflection()->MutableMessage(&message, field), scopes);
    }
  }

  const FieldDescriptor* ReadType(const Value& object, const Where& where, const OneofDescriptor& oneof,
                                  std::string_view default_type) {
    const Value* value = object.Find("type");
    const Where at = where.Key("type");
    if (value == nullptr) {
      if (default_type.empty()) default_type = oneof.options().GetExtension(v1::default_type);
      if (!default_type.empty()) return MemberOf(oneof, default_type);
      Error(object.position, at, fmt::format("missing; expected {}", Expectation(oneof)));
      return nullptr;
    }
    if (value->kind == Value::Kind::kString) {
      if (const FieldDescriptor* member = MemberOf(oneof, value->text)) return member;
      if (const auto* entry = FindVocabularyType(oneof.containing_type()->name(), value->text)) {
        Error(value->position, at, fmt::format("{} {}", Quote(value->text), entry->reason),
              Cause::kNotSupported);
        return nullptr;
      }
    }
    Error(value->position, at,
          fmt::format("expected {}, found {}{}", Expectation(oneof), Describe(*value),
                      SuggestType(value->text, oneof)));
    return nullptr;
  }

  static std::optional<Candidate> FindIn(const Scopes& scopes, std::string_view key, std::size_t index) {
    for (Message* message : scopes.messages) {
      if (const auto found = FindKey(*message->GetDescriptor(), key)) {
        return Candidate{index, found->rank, message, found->field};
      }
    }
    return std::nullopt;
  }

  /// Two spellings of one field: the better rank is taken. One key twice is the parser's complaint; the first
  /// is taken.
  void Choose(const Value& object, const Where& where, const Candidate& candidate,
              std::map<std::pair<Message*, const FieldDescriptor*>, Candidate>& chosen) {
    const auto [slot, is_new] = chosen.try_emplace({candidate.message, candidate.field}, candidate);
    if (is_new || candidate.rank == slot->second.rank) return;
    Candidate loser = candidate;
    if (candidate.rank < slot->second.rank) std::swap(loser, slot->second);
    Warn(object.keys[loser.index].position, where.Key(object.keys[loser.index].text),
         fmt::format("is another spelling of {}, which is set too and wins",
                     Quote(object.keys[slot->second.index].text)));
  }

  void ReportUnknown(const Value::Key& key, const Where& where, const Scopes& scopes) {
    std::vector<const Descriptor*> types;
    for (const Message* message : scopes.messages) types.push_back(message->GetDescriptor());
    for (const Descriptor* type : types) {
      const VocabularyEntry* entry = FindVocabularyKey(type->name(), key.text);
      if (entry == nullptr) continue;
      if (entry->support == Support::kNoEffect)
        Warn(key.position, where.Key(key.text), std::string(entry->reason), Cause::kNoEffect);
      if (entry->support == Support::kNotSupported) {
        Error(key.position, where.Key(key.text), std::string(entry->reason), Cause::kNotSupported);
      }
      return;
    }
    Error(key.position, where.Key(key.text), "unknown key" + SuggestKey(key.text, types), Cause::kUnknownKey);
  }

  void ReadField(const Value& value, const Where& where, Message& message, const FieldDescriptor& field) {
    if (field.is_map()) {
      ReadMap(value, where, message, field);
    } else if (field.is_repeated()) {
      ReadList(value, where, message, field);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ReadMessage(value, where, *message.GetReflection()->MutableMessage(&message, &field));
    } else {
      ReadScalar(value, where, message, field);
    }
  }

  /// A value of a map; of a missing "type" the map may have an opinion of its own.
  void ReadMapValue(const Value& value, const Where& where, Message& entry, const FieldDescriptor& map) {
    const FieldDescriptor& field = *map.message_type()->map_value();
    const std::string& type = map.options().GetExtension(v1::element_type);
    if (type.empty()) return ReadField(value, where, entry, field);
    ReadMessage(value, where, *entry.GetReflection()->MutableMessage(&entry, &field), type);
  }

  void ReadScalar(const Value& value, const Where& where, Message& message, const FieldDescriptor& field) {
    if (SetScalar(value, message, field)) return;
    if (field.enum_type() != nullptr && value.kind == Value::Kind::kString) {
      if (const auto* entry = FindVocabularyValue(field.enum_type()->name(), value.text)) {
        Error(value.position, where, fmt::format("{} {}", Quote(value.text), entry->reason),
              Cause::kNotSupported);
        return;
      }
    }
    Error(value.position, where,
          fmt::format("expected {}, found {}", ElementExpectation(field), Describe(value)));
  }

  void ReadList(const Value& value, const Where& where, Message& message, const FieldDescriptor& field) {
    const bool lone = field.options().GetExtension(v1::or_string) && value.kind == Value::Kind::kString;
    if (!value.is_list() && !lone) {
      Error(value.position, where, fmt::format("expected {}, found {}", Expectation(field), Describe(value)));
      return;
    }
    if (lone) return ReadScalar(value, where, message, field);
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        ReadMessage(value.items[i], where.Index(i), *message.GetReflection()->AddMessage(&message, &field));
      } else {
        ReadScalar(value.items[i], where.Index(i), message, field);
      }
    }
  }

  void ReadMap(const Value& value, const Where& where, Message& message, const FieldDescriptor& field) {
    if (!value.is_object()) {
      Error(value.position, where, fmt::format("expected an object, found {}", Describe(value)));
      return;
    }
    std::map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      if (!seen.emplace(value.keys[i].text, i).second) continue;
      Message* entry = message.GetReflection()->AddMessage(&message, &field);
      entry->GetReflection()->SetString(entry, field.message_type()->map_key(), value.keys[i].text);
      ReadMapValue(value.items[i], where.Key(value.keys[i].text), *entry, field);
    }
  }

  void ReadAlternatives(const Value& value, const Where& where, Message& message) {
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const bool lone = field.options().GetExtension(v1::or_string) && value.kind == Value::Kind::kString;
      if (field.is_map() ? value.is_object() : field.is_repeated() && (value.is_list() || lone)) {
        return ReadField(value, where, message, field);
      }
      if (!field.is_repeated() && field.message_type() != nullptr && value.is_object()) {
        return ReadField(value, where, message, field);
      }
      if (!field.is_repeated() && SetScalar(value, message, field)) return;
    }
    Error(value.position, where, fmt::format("expected {}, found {}", Expectation(type), Describe(value)));
  }

  Problems& problems_;
};

void Index(const Value& value, const Where& where, std::unordered_map<std::string, Position>& index) {
  index.emplace(where.text(), value.position);
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const Where below = value.is_object() ? where.Key(value.keys[i].text) : where.Index(i);
    if (value.is_object()) index.emplace(below.text(), value.keys[i].position);
    Index(value.items[i], below, index);
  }
}

}  // namespace

void Read(const Value& document, google::protobuf::Message& message, Problems& problems) {
  Reader(problems).ReadMessage(document, {}, message);
}

void Locate(const Value& document, Problems& problems) {
  if (std::all_of(problems.begin(), problems.end(), [](const Problem& problem) { return problem.line > 0; }))
    return;
  std::unordered_map<std::string, Position> index;
  Index(document, {}, index);
  for (Problem& problem : problems) {
    if (problem.line > 0) continue;
    std::string path = problem.path;
    while (!path.empty() && !index.contains(path)) {
      const std::size_t end = path.find_last_of(".[");
      path.resize(end == std::string::npos ? 0 : end);
    }
    const auto found = index.find(path);
    if (found == index.end() || problem.path.empty()) continue;
    problem.line = found->second.line;
    problem.column = found->second.column;
  }
}

}  // namespace wampgate::config
