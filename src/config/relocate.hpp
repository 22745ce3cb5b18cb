#pragma once

#include <google/protobuf/message.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wampgate::config {

/// A field that holds a path relative to the node directory, beside those with `(file)` in the schema.
struct PathField {
  std::string_view message;
  std::string_view field;
};
/// All of config.proto; a test compares it with what the schema says.
std::span<const PathField> PathFields();

/// A path in a configuration: where it stands, what it was and what it is.
struct Relocation {
  std::string where;
  std::string before;
  std::string after;  ///< empty: begins with an environment variable and is left alone
};

/// Makes the relative paths of a configuration absolute, as seen from `node_directory`, so that the file may
/// lie elsewhere. In the order of the schema.
std::vector<Relocation> MakePathsAbsolute(google::protobuf::Message& message,
                                          std::string_view node_directory);

}  // namespace wampgate::config
