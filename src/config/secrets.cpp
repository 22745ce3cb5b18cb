#include "config/secrets.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <functional>
#include <map>

#include "config/spelling.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

using Visit = std::function<void(const Where&, std::string&)>;

bool IsPlaceholder(std::string_view text) {
  constexpr std::string_view kBegin = "<secret:";
  return text.size() == kBegin.size() + 9 && text.starts_with(kBegin) && text.ends_with('>');
}

/// Calls `visit` with every secret, which it may change.
class SecretWalk {
 public:
  explicit SecretWalk(const Visit& visit) : visit_(visit) {}

  void Walk(Message& message, const Where& where) {
    const auto* reflection = message.GetReflection();
    const Descriptor& type = *message.GetDescriptor();
    if (const FieldDescriptor* member = SelectedMember(message)) {
      Walk(*reflection->MutableMessage(&message, member), where);
    }
    for (const FieldDescriptor* field : FieldsInParent(type)) {
      if (reflection->HasField(message, field)) Walk(*reflection->MutableMessage(&message, field), where);
    }
    for (const FieldDescriptor* field : KeyedFields(type)) {
      WalkField(message, *field, IsAlternatives(type) ? where : where.Key(KeyOf(*field)));
    }
  }

 private:
  void WalkField(Message& message, const FieldDescriptor& field, const Where& where) {
    const auto* reflection = message.GetReflection();
    const bool is_secret = field.options().GetExtension(v1::secret);
    if (field.is_map()) {
      const FieldDescriptor& value = *field.message_type()->map_value();
      for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
        Message& entry = *reflection->MutableRepeatedMessage(&message, &field, i);
        const Where at = where.Key(entry.GetReflection()->GetString(entry, field.message_type()->map_key()));
        if (is_secret) VisitString(entry, value, at);
        if (value.message_type() != nullptr) Walk(*entry.GetReflection()->MutableMessage(&entry, &value), at);
      }
    } else if (field.is_repeated()) {
      for (int i = 0; field.message_type() != nullptr && i < reflection->FieldSize(message, &field); ++i) {
        Walk(*reflection->MutableRepeatedMessage(&message, &field, i),
             where.Index(static_cast<std::size_t>(i)));
      }
    } else if (reflection->HasField(message, &field)) {
      if (is_secret) VisitString(message, field, where);
      if (field.message_type() != nullptr) Walk(*reflection->MutableMessage(&message, &field), where);
    }
  }
  void VisitString(Message& message, const FieldDescriptor& field, const Where& where) {
    std::string value = message.GetReflection()->GetString(message, &field);
    visit_(where, value);
    message.GetReflection()->SetString(&message, &field, std::move(value));
  }

  const Visit& visit_;
};

void ForEachSecret(Message& message, const Visit& visit) {
  SecretWalk(visit).Walk(message, {});
}

}  // namespace

std::string SecretPlaceholder(std::string_view value) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(value.data()), value.size(), digest.data());
  return fmt::format("<secret:{:02x}{:02x}{:02x}{:02x}>", digest[0], digest[1], digest[2], digest[3]);
}

void HideSecrets(Message& message) {
  ForEachSecret(message, [](const Where&, std::string& value) {
    if (!IsPlaceholder(value)) value = SecretPlaceholder(value);
  });
}

bool HasPlaceholders(Message& message) {
  bool found = false;
  ForEachSecret(message, [&](const Where&, std::string& value) { found = found || IsPlaceholder(value); });
  return found;
}

void RestoreSecrets(const Message& running, Message& message, Problems& problems) {
  std::map<std::string, std::string> known;
  const std::unique_ptr<Message> copy(running.New());
  copy->CopyFrom(running);
  ForEachSecret(*copy, [&](const Where&, std::string& value) { known[SecretPlaceholder(value)] = value; });
  ForEachSecret(message, [&](const Where& where, std::string& value) {
    if (!IsPlaceholder(value)) return;
    if (const auto found = known.find(value); found != known.end()) {
      value = found->second;
    } else {
      problems.push_back({Severity::kError, where.text(), value + " stands for no value that is in use"});
    }
  });
}

}  // namespace wampgate::config
