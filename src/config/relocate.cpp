#include "config/relocate.hpp"

#include <algorithm>
#include <filesystem>

#include "config/problem.hpp"
#include "config/spelling.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

constexpr PathField kPathFields[] = {
    {"UnixListen", "path"}, {"UnixConnect", "path"}, {"StaticPath", "directory"}, {"ArchivePath", "archive"}};

bool IsPath(const FieldDescriptor& field) {
  if (field.options().GetExtension(v1::file)) return true;
  return std::any_of(std::begin(kPathFields), std::end(kPathFields), [&](const PathField& known) {
    return field.containing_type()->name() == known.message && field.name() == known.field;
  });
}

class Relocator {
 public:
  explicit Relocator(std::string_view node_directory) : node_directory_(node_directory) {}

  void Visit(Message& message, const Where& where) {
    const auto* reflection = message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const Where at = WhereOf(*field, where);
      if (field->is_map()) {
        VisitMap(message, *field, at);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        if (!field->is_repeated()) Visit(*reflection->MutableMessage(&message, field), at);
        for (int i = 0; field->is_repeated() && i < reflection->FieldSize(message, field); ++i) {
          Visit(*reflection->MutableRepeatedMessage(&message, field, i),
                at.Index(static_cast<std::size_t>(i)));
        }
      } else if (IsPath(*field)) {
        Move(message, *field, at);
      }
    }
  }

  std::vector<Relocation> moved;

 private:
  /// Fields of members of `type`, of alternatives and of messages without keys of their own have no key.
  static Where WhereOf(const FieldDescriptor& field, const Where& where) {
    const OneofDescriptor* oneof = field.real_containing_oneof();
    const bool is_member = oneof != nullptr && oneof == TypeOf(*field.containing_type());
    if (is_member || IsAlternatives(*field.containing_type()) ||
        field.options().GetExtension(v1::keys_in_parent)) {
      return where;
    }
    return where.Key(KeyOf(field));
  }

  void VisitMap(Message& message, const FieldDescriptor& field, const Where& where) {
    const FieldDescriptor& value = *field.message_type()->map_value();
    if (value.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    const auto* reflection = message.GetReflection();
    std::vector<std::pair<std::string, Message*>> entries;
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      Message* entry = reflection->MutableRepeatedMessage(&message, &field, i);
      entries.emplace_back(entry->GetReflection()->GetString(*entry, field.message_type()->map_key()), entry);
    }
    std::sort(entries.begin(), entries.end());
    for (const auto& [key, entry] : entries) {
      Visit(*entry->GetReflection()->MutableMessage(entry, &value), where.Key(key));
    }
  }

  void Move(Message& message, const FieldDescriptor& field, const Where& where) {
    const auto* reflection = message.GetReflection();
    if (!field.is_repeated()) {
      std::string path = Moved(reflection->GetString(message, &field), where);
      return reflection->SetString(&message, &field, std::move(path));
    }
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      std::string path =
          Moved(reflection->GetRepeatedString(message, &field, i), where.Index(static_cast<std::size_t>(i)));
      reflection->SetRepeatedString(&message, &field, i, std::move(path));
    }
  }

  std::string Moved(const std::string& path, const Where& where) {
    if (path.empty() || path.starts_with('/')) return path;
    if (path.starts_with('$')) {
      moved.push_back({where.text(), path, ""});
      return path;
    }
    std::string absolute = (std::filesystem::path(node_directory_) / path).string();
    if (path.find('$') == std::string::npos)
      absolute = std::filesystem::path(absolute).lexically_normal().string();
    if (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
    moved.push_back({where.text(), path, absolute});
    return absolute;
  }

  std::string node_directory_;
};

}  // namespace

std::span<const PathField> PathFields() {
  return kPathFields;
}

std::vector<Relocation> MakePathsAbsolute(google::protobuf::Message& message,
                                          std::string_view node_directory) {
  Relocator relocator(node_directory);
  relocator.Visit(message, {});
  return std::move(relocator.moved);
}

}  // namespace wampgate::config
