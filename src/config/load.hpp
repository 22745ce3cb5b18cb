#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "config/environment.hpp"
#include "config/problem.hpp"
#include "config/resolve.hpp"
#include "config/resolved.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

enum class Format : unsigned char { kJson, kYaml };

/// A node file as it lies on the disk.
struct FileText {
  std::string text;
  Format format = Format::kJson;
};
/// The extension (.json, .yaml, .yml) says which format it is. At most 16 MiB.
StatusOr<FileText> ReadFile(const std::string& path);

/// What became of a text.
struct Loaded {
  std::optional<v1::Node> document;  ///< absent if the text could not be read or has errors
  std::optional<Node> node;          ///< absent if there are errors
  Problems problems;                 ///< every problem, by its place in the text
};

/// Reads, checks and resolves a document.
Loaded LoadText(std::string_view text, Format format, const Environment& environment);
/// The same with a file, as ReadFile takes it.
Loaded LoadFile(const std::string& path, const Environment& environment);

/// The document in Crossbar's vocabulary; reading it gives the same document. Ends with a line break.
std::string WriteJson(const v1::Node& document);
std::string WriteYaml(const v1::Node& document);

/// Deterministic bytes of a document: equal documents have equal ones.
std::string CanonicalBytes(const google::protobuf::Message& message);
/// 16 hexadecimal digits of a hash of the canonical bytes.
std::string Etag(const google::protobuf::Message& message);

}  // namespace wampgate::config
