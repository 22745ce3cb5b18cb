#pragma once

#include <google/protobuf/message.h>

#include <random>
#include <string>

namespace wampgate::config {

/// Fills messages of the configuration with anything the schema can hold, sensible or not.
class RandomMessage {
 public:
  explicit RandomMessage(std::uint32_t seed) : random_(seed) {}
  void Fill(google::protobuf::Message& message) { FillMessage(message, 0); }

 private:
  void FillMessage(google::protobuf::Message& message, int depth);
  void FillAlternatives(google::protobuf::Message& message, int depth);
  void FillField(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                 int depth);
  void FillRepeated(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                    int depth);
  std::string Text();
  std::string Json(int depth);
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  std::mt19937 random_;
};

}  // namespace wampgate::config
