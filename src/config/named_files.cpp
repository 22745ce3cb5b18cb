#include "config/named_files.hpp"

#include "config/problem.hpp"
#include "config/resolve_tls.hpp"
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
  FileWalk(const std::string& object, std::string_view kind, const Environment& environment,
           NamedFileList& list)
      : object_(object), kind_(kind), environment_(environment), list_(list) {}

  void Walk(const Message& message, const Where& where) {
    const auto* reflection = message.GetReflection();
    const Descriptor& type = *message.GetDescriptor();
    NoteTls(message, where);
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
    if (field.is_repeated() && field.options().GetExtension(v1::file)) {
      for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
        list_.files.push_back({object_, kind_, where.Index(static_cast<std::size_t>(i)).text(),
                               reflection->GetRepeatedString(message, &field, i)});
      }
    } else if (field.is_repeated()) {
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
      list_.files.push_back(
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

  void NoteTls(const Message& message, const Where& where) {
    Problems ignored;
    const Context context{environment_, ignored};
    if (const auto* listen = dynamic_cast<const v1::ListenTls*>(&message)) {
      list_.tls.push_back({object_, where.text(), TlsServerFilesOf(*listen, {}, context)});
    } else if (const auto* connect = dynamic_cast<const v1::ConnectTlsSettings*>(&message)) {
      list_.tls.push_back({object_, where.text(), TlsClientFilesOf(*connect, {}, context)});
    }
  }

  const std::string& object_;
  std::string_view kind_;
  const Environment& environment_;
  NamedFileList& list_;
};

}  // namespace

bool NamedFile::HasCertificates() const {
  return field.find("tls.") != std::string::npos && !field.ends_with(".key");
}

std::string NamedFile::Place() const {
  return object == "node" ? field : object + ": " + field;
}

NamedFileList NamedFiles(const v1::Node& document, const Environment& environment) {
  NamedFileList list;
  for (const auto& [name, resource] : CollectResources(document, environment))
    FileWalk(name, resource.kind, environment, list).Walk(*resource.content, {});
  return list;
}

}  // namespace wampgate::config
