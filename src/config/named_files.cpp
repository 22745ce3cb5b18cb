#include "config/named_files.hpp"

#include "config/problem.hpp"
#include "config/resources.hpp"
#include "config/spelling.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

/// What the message that names it says of the file.
NamedFile Described(NamedFile file, const Message& message) {
  const auto* archive = dynamic_cast<const v1::ArchivePath*>(&message);
  file.may_be_long = archive != nullptr;
  file.comes_later = archive != nullptr && archive->download() && archive->has_origin();
  return file;
}

class FileWalk {
 public:
  FileWalk(const std::string& object, std::string_view kind, std::vector<NamedFile>& files)
      : object_(object), kind_(kind), files_(files) {}

  void Walk(const Message& message, const Where& where) {
    const auto* reflection = message.GetReflection();
    const Descriptor& type = *message.GetDescriptor();
    if (const FieldDescriptor* member = SelectedMember(message))
      Walk(reflection->GetMessage(message, member), where);
    for (const FieldDescriptor* field : FieldsInParent(type))
      Walk(reflection->GetMessage(message, field), where);
    for (const FieldDescriptor* field : KeyedFields(type)) {
      const Where at = IsAlternatives(type) && !where.text().empty() ? where : where.Key(KeyOf(*field));
      WalkField(message, *field, at);
    }
  }

 private:
  void WalkField(const Message& message, const FieldDescriptor& field, const Where& where) {
    const auto* reflection = message.GetReflection();
    if (field.is_repeated()) {
      for (int i = 0; field.message_type() != nullptr && i < reflection->FieldSize(message, &field); ++i) {
        const Message& element = reflection->GetRepeatedMessage(message, &field, i);
        field.is_map() ? WalkEntry(element, field, where)
                       : Walk(element, where.Index(static_cast<std::size_t>(i)));
      }
    } else if (!reflection->HasField(message, &field)) {
      return;
    } else if (field.message_type() != nullptr) {
      Walk(reflection->GetMessage(message, &field), where);
    } else if (field.options().GetExtension(v1::file)) {
      files_.push_back(
          Described({object_, kind_, where.text(), reflection->GetString(message, &field)}, message));
    }
  }

  void WalkEntry(const Message& entry, const FieldDescriptor& map, const Where& where) {
    const FieldDescriptor& value = *map.message_type()->map_value();
    if (value.message_type() == nullptr) return;
    const FieldDescriptor* key = map.message_type()->map_key();
    Walk(entry.GetReflection()->GetMessage(entry, &value),
         where.Key(entry.GetReflection()->GetString(entry, key)));
  }

  const std::string& object_;
  std::string_view kind_;
  std::vector<NamedFile>& files_;
};

}  // namespace

std::vector<NamedFile> NamedFiles(const v1::Node& document, const Environment& environment) {
  std::vector<NamedFile> files;
  for (const auto& [name, resource] : CollectResources(document, environment))
    FileWalk(name, resource.kind, files).Walk(*resource.content, {});
  return files;
}

}  // namespace wampgate::config
