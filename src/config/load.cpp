#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <tuple>

#include "config/reader.hpp"
#include "config/value.hpp"
#include "config/writer.hpp"

namespace wampgate::config {
namespace {

constexpr std::size_t kLargestFile = 16 * 1024 * 1024;

/// "a.b" of "a.b.c" and of "a.b[0]".
std::string ParentOf(const std::string& path) {
  return path.substr(0, std::min(path.find_last_of(".["), path.size()));
}

/// What follows from a value that could not be read is not worth saying: complaints about the same path, and
/// that it or something in it is missing.
void Append(Problems& problems, Problems more) {
  std::set<std::string> complained;
  for (const Problem& problem : problems) {
    if (problem.severity == Severity::kError) complained.insert(problem.path);
  }
  for (Problem& problem : more) {
    const bool follows =
        problem.message.starts_with("missing") && complained.contains(ParentOf(problem.path));
    if (!follows && !complained.contains(problem.path)) problems.push_back(std::move(problem));
  }
}

void SortByPlace(Problems& problems) {
  std::sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column, a.path, a.message) < std::tie(b.line, b.column, b.path, b.message);
  });
}

Loaded Failure(std::string message) {
  Loaded loaded;
  loaded.problems.push_back({Severity::kError, "", std::move(message)});
  return loaded;
}

std::optional<Format> FormatOf(std::string_view path) {
  if (path.ends_with(".json")) return Format::kJson;
  if (path.ends_with(".yaml") || path.ends_with(".yml")) return Format::kYaml;
  return std::nullopt;
}

}  // namespace

Loaded LoadText(std::string_view text, Format format, const Environment& environment) {
  Parsed parsed = format == Format::kJson ? ParseJson(text) : ParseYaml(text);
  Loaded loaded;
  loaded.problems = std::move(parsed.problems);
  if (!parsed.ok) return loaded;
  v1::Node document;
  Read(parsed.value, document, loaded.problems);
  if (!parsed.value.is_object()) return loaded;
  Resolution resolution = Resolve(document, environment);
  Append(loaded.problems, std::move(resolution.problems));
  Locate(parsed.value, loaded.problems);
  SortByPlace(loaded.problems);
  if (HasErrors(loaded.problems)) return loaded;
  loaded.document = std::move(document);
  loaded.node = std::move(resolution.node);
  return loaded;
}

StatusOr<FileText> ReadFile(const std::string& path) {
  const auto format = FormatOf(path);
  if (!format) {
    const std::size_t dot = path.find_last_of("./");
    const bool has_extension = dot != std::string::npos && path[dot] == '.';
    return InvalidArgument(
        fmt::format("invalid configuration file extension '{}'; expected .json, .yaml or .yml",
                    has_extension ? path.substr(dot) : ""));
  }
  std::error_code error;
  const auto there = std::filesystem::status(path, error);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
    return InvalidArgument(fmt::format("cannot read {}: it is not a file", Quote(path)));
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(fmt::format("cannot read {}: {}", Quote(path), std::strerror(errno)));
  FileText read{.text = std::string(kLargestFile + 1, '\0'), .format = *format};
  file.read(read.text.data(), static_cast<std::streamsize>(read.text.size()));
  if (file.bad()) return Unavailable(fmt::format("cannot read {}: {}", Quote(path), std::strerror(errno)));
  read.text.resize(static_cast<std::size_t>(file.gcount()));
  if (read.text.size() > kLargestFile)
    return ResourceExhausted(fmt::format("{} has more than {} octets", Quote(path), kLargestFile));
  return read;
}

Loaded LoadFile(const std::string& path, const Environment& environment) {
  const StatusOr<FileText> file = ReadFile(path);
  if (!file.ok()) return Failure(std::string(Message(file.status())));
  return LoadText(file->text, file->format, environment);
}

std::string WriteJson(const v1::Node& document) {
  return ToJson(ToDocument(document), 2) + "\n";
}
std::string WriteYaml(const v1::Node& document) {
  return ToYaml(ToDocument(document));
}

}  // namespace wampgate::config
