#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "config/spelling.hpp"
#include "wampgate/v1/config.pb.h"
#include "wampgate/v1/options.pb.h"

/// What must hold for every field of the configuration, so that readers, checks, plans and the reference can
/// rely on it.
namespace wampgate::config {
namespace {

void Collect(const Descriptor& message, std::set<const Descriptor*>& messages) {
  if (!messages.insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const Descriptor* below = message.field(i)->message_type();
    if (message.field(i)->is_map()) below = below->map_value()->message_type();
    if (below != nullptr) Collect(*below, messages);
  }
}

std::vector<const FieldDescriptor*> AllFields() {
  std::set<const Descriptor*> messages;
  Collect(*v1::Node::descriptor(), messages);
  std::vector<const FieldDescriptor*> fields;
  for (const Descriptor* message : messages) {
    for (int i = 0; i < message->field_count(); ++i) fields.push_back(message->field(i));
  }
  return fields;
}

TEST(Schema, EveryFieldSaysWhatAChangeOfItDoes) {
  EXPECT_GT(AllFields().size(), 150u);
  for (const FieldDescriptor* field : AllFields()) {
    EXPECT_NE(field->options().GetExtension(v1::change), v1::EFFECT_UNSPECIFIED) << field->full_name();
  }
}

TEST(Schema, EveryScalarKnowsWhetherItIsSet) {
  for (const FieldDescriptor* field : AllFields()) {
    if (!field->is_repeated()) {
      EXPECT_TRUE(field->has_presence()) << field->full_name();
    }
  }
}

TEST(Schema, EveryNumberHasARange) {
  for (const FieldDescriptor* field : AllFields()) {
    const auto type = field->cpp_type();
    if (type == FieldDescriptor::CPPTYPE_INT32 || type == FieldDescriptor::CPPTYPE_DOUBLE) {
      EXPECT_TRUE(field->options().HasExtension(v1::range)) << field->full_name();
    }
  }
}

TEST(Schema, HasOnlyTheTypesThatTheReaderKnows) {
  const std::set<FieldDescriptor::CppType> known = {
      FieldDescriptor::CPPTYPE_BOOL,   FieldDescriptor::CPPTYPE_INT32, FieldDescriptor::CPPTYPE_DOUBLE,
      FieldDescriptor::CPPTYPE_STRING, FieldDescriptor::CPPTYPE_ENUM,  FieldDescriptor::CPPTYPE_MESSAGE};
  for (const FieldDescriptor* field : AllFields()) {
    EXPECT_TRUE(known.contains(field->cpp_type())) << field->full_name();
    if (field->is_map()) {
      EXPECT_EQ(field->message_type()->map_key()->cpp_type(), FieldDescriptor::CPPTYPE_STRING)
          << field->full_name();
    }
    if (const EnumDescriptor* type = field->enum_type()) {
      for (int i = 1; i < type->value_count(); ++i)
        EXPECT_NE(SpellingOf(*type->value(i)), "") << type->full_name();
    }
  }
}

TEST(Schema, NoKeyMeansTwoThingsInOneObject) {
  std::set<const Descriptor*> messages;
  Collect(*v1::Node::descriptor(), messages);
  for (const Descriptor* message : messages) {
    std::set<std::string> own;
    for (const FieldDescriptor* field : KeyedFields(*message)) {
      EXPECT_TRUE(own.insert(std::string(KeyOf(*field))).second) << field->full_name();
      for (int i = 0; i < field->options().ExtensionSize(v1::alias); ++i) {
        EXPECT_TRUE(own.insert(field->options().GetExtension(v1::alias, i)).second) << field->full_name();
      }
    }
    const OneofDescriptor* type = TypeOf(*message);
    for (int i = 0; type != nullptr && i < type->field_count(); ++i) {
      for (const FieldDescriptor* field : KeyedFields(*type->field(i)->message_type())) {
        EXPECT_FALSE(own.contains(std::string(KeyOf(*field)))) << field->full_name();
      }
    }
  }
}

TEST(Schema, EveryFieldIsDocumented) {
  std::ifstream file(WAMPGATE_DESCRIPTORS,
                     std::ios::binary);  // of config.proto and its imports, with comments
  google::protobuf::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromIstream(&file));
  google::protobuf::DescriptorPool pool;
  for (const auto& proto : set.file()) ASSERT_NE(pool.BuildFile(proto), nullptr) << proto.name();
  for (const FieldDescriptor* field : AllFields()) {
    const FieldDescriptor* source = pool.FindFieldByName(field->full_name());
    ASSERT_NE(source, nullptr) << field->full_name();
    google::protobuf::SourceLocation location, of_message;
    ASSERT_TRUE(source->GetSourceLocation(&location)) << field->full_name();
    ASSERT_TRUE(source->containing_type()->GetSourceLocation(&of_message)) << field->full_name();
    std::string comment = location.leading_comments;
    // A field that holds an object may leave it to the object, an alternative to the whole.
    if (field->message_type() != nullptr && !field->is_map()) {
      google::protobuf::SourceLocation below;
      source->message_type()->GetSourceLocation(&below);
      comment += below.leading_comments;
    }
    if (IsAlternatives(*field->containing_type()) || field->containing_type()->name() == "AllowedActions") {
      comment += of_message.leading_comments;
    }
    EXPECT_NE(comment, "") << field->full_name();
  }
}

}  // namespace
}  // namespace wampgate::config
