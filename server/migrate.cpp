#include "migrate.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.hpp"
#include "config/migrate.hpp"
#include "config/node_key.hpp"
#include "output_files.hpp"

namespace wampgate::server {
namespace {

namespace fs = std::filesystem;

constexpr int kFileHasErrors = 1;
constexpr int kCannotWrite = 2;

/// Where everything lies, as absolute paths; equal folders have equal names.
struct Places {
  fs::path file;
  std::string node_directory;
  std::string output_directory;
};

std::string Absolute(const fs::path& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (!absolute.has_filename() && absolute != absolute.root_path()) absolute = absolute.parent_path();
  return absolute.string();
}

Places PlacesOf(const MigrateOptions& options) {
  Places places{.file = Absolute(options.file), .node_directory = "", .output_directory = ""};
  const std::string folder = places.file.parent_path().string();
  places.node_directory = options.node_directory.empty() ? folder : Absolute(options.node_directory);
  places.output_directory = options.output_directory.empty() ? folder : Absolute(options.output_directory);
  std::error_code error;
  if (fs::equivalent(places.node_directory, places.output_directory, error)) {
    places.output_directory = places.node_directory;
  }
  return places;
}

std::string In(const std::string& folder, std::string_view name) {
  return (fs::path(folder) / name).string();
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Makes the folder if it is missing, and removes it again unless Keep() is called.
class OutputFolder {
 public:
  explicit OutputFolder(std::string path) : path_(std::move(path)) {}
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder() {
    std::error_code ignored;
    if (made_) fs::remove(path_, ignored);
  }
  Status Make() {
    std::error_code error;
    if (fs::is_directory(path_, error)) return OkStatus();
    made_ = fs::create_directory(path_, error);
    if (made_) return OkStatus();
    return ErrnoStatus(error ? error.value() : ENOTDIR, fmt::format("--output-dir {}", path_));
  }
  void Keep() { made_ = false; }

 private:
  std::string path_;
  bool made_ = false;
};

std::vector<OutputFile> FilesOf(const config::Migration& migration, const Places& places) {
  std::vector<OutputFile> files = {{In(places.output_directory, "wampgate.json"), *migration.wampgate}};
  if (migration.crossbar)
    files.push_back({In(places.output_directory, "crossbar.json"), *migration.crossbar});
  return files;
}

/// The file is the way back: it is never replaced.
Status CheckNotTheFile(const std::vector<OutputFile>& files, const Places& places) {
  for (const OutputFile& file : files) {
    std::error_code error;
    if (!fs::equivalent(file.path, places.file, error) || TextOf(file.path) == file.content) continue;
    return FailedPrecondition(
        fmt::format("{} is the file itself, which is the way back and stays as it is: choose another "
                    "--output-dir",
                    file.path));
  }
  return OkStatus();
}

void Print(std::string_view headline, const std::vector<std::string>& lines) {
  fmt::print("{}\n", headline);
  for (const std::string& line : lines) fmt::print("  {}\n", line);
}

std::string Say(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNew:
      return "new";
    case Outcome::kReplaced:
      return "replaced";
    case Outcome::kUnchanged:
      break;
  }
  return "there already, unchanged";
}

std::vector<std::string> DescribeKey(const config::Migration& migration, const Places& places) {
  std::vector<std::string> lines;
  std::optional<std::string> key;
  for (const char* name : {"key.pub", "key.priv"}) {
    const std::string path = In(places.node_directory, name);
    if (!key) key = config::PublicKeyOf(TextOf(path));
    if (key && lines.empty()) lines.push_back(fmt::format("public key {} ({})", *key, path));
  }
  if (!key) {
    lines.push_back(
        fmt::format("no node key: {} has no key.pub or key.priv that can be read", places.node_directory));
    return lines;
  }
  for (std::string& line : config::DescribeListing(migration.authorized_keys, *key)) {
    lines.push_back(std::move(line));
  }
  const bool same = places.node_directory == places.output_directory;
  lines.push_back(
      same ? fmt::format("wampgate reads key.pub in {}, too: nothing to copy", places.node_directory)
           : fmt::format("copy key.pub from {} to {}: wampgate tells routers the node's public key",
                         places.node_directory, places.output_directory));
  if (!migration.joins_by_key) {
    lines.push_back(
        fmt::format("key.priv stays in {} with Crossbar: nothing in wampgate.json joins a router by "
                    "\"cryptosign-proxy\"",
                    places.node_directory));
  } else if (!same) {
    lines.emplace_back(
        "copy key.priv (mode 0600) there, too: wampgate joins routers with it; Crossbar "
        "keeps its own");
  }
  return lines;
}

std::vector<std::string> DescribeNode(const config::Migration& migration, const Places& places) {
  std::vector<std::string> lines = {
      migration.node_id
          ? fmt::format("id {}, in both files", *migration.node_id)
          : "no id in the file: Crossbar makes one of host name and pid, wampgate takes the host "
            "name; set controller.id where a router knows the node by it"};
  for (std::string& line : DescribeKey(migration, places)) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> NextSteps(const config::Migration& migration, const Places& places) {
  std::vector<std::string> lines = {
      fmt::format("wampgated check {}", In(places.output_directory, "wampgate.json")),
      fmt::format("wampgated run --config {}", In(places.output_directory, "wampgate.json"))};
  if (migration.crossbar) {
    lines.push_back(fmt::format("crossbar start --cbdir {} --config {}", places.node_directory,
                                In(places.output_directory, "crossbar.json")));
  } else {
    lines.emplace_back("no worker is left for Crossbar in this file: there is no crossbar.json");
  }
  lines.push_back(fmt::format("the way back: stop both, start Crossbar with {}, which is as it was",
                              places.file.string()));
  return lines;
}

int Refuse(const std::string& file, const std::string& message, int exit_code) {
  std::string_view rest = message;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    fmt::print(stderr, "{}: error: {}\n", file, line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  fmt::print(stderr, "{}: nothing was written\n", file);
  return exit_code;
}

int NothingForWampgate(const std::string& file, const config::Migration& migration) {
  if (migration.proxy_workers == 0) {
    fmt::print(
        "{}: no proxy workers, so there is nothing to migrate and nothing was written; Crossbar runs it "
        "as it is\n",
        file);
    return 0;
  }
  fmt::print(stderr, "{}", config::Report(migration));
  return Refuse(file, "no proxy worker can be carried over", kFileHasErrors);
}

}  // namespace

int MigrateFile(const MigrateOptions& options) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like others
  const StatusOr<config::FileText> text = config::ReadFile(options.file);
  if (!text.ok()) return Refuse(options.file, std::string(Message(text.status())), kFileHasErrors);
  const Places places = PlacesOf(options);
  const config::Migration migration =
      config::Migrate({.text = text->text,
                       .format = text->format,
                       .node_directory = places.node_directory,
                       .output_directory = places.output_directory},
                      config::Environment::OfThisProcess(places.output_directory));
  std::string errors;
  for (const config::Problem& problem : migration.errors) {
    errors += (errors.empty() ? "" : "\n") + config::ToString(problem);
  }
  if (!errors.empty()) return Refuse(options.file, errors, kFileHasErrors);
  if (!migration.wampgate) return NothingForWampgate(options.file, migration);

  const std::vector<OutputFile> files = FilesOf(migration, places);
  std::error_code ignored;
  if (!migration.crossbar && migration.left_out.empty() &&
      fs::equivalent(files[0].path, places.file, ignored)) {
    fmt::print("{}: is what wampgated runs already; there is nothing to migrate and nothing was written\n",
               options.file);
    return 0;
  }
  OutputFolder folder(places.output_directory);
  Status status = folder.Make();
  if (status.ok()) status = CheckNotTheFile(files, places);
  if (!status.ok()) return Refuse(options.file, std::string(Message(status)), kCannotWrite);
  struct stat facts{};
  constexpr mode_t kReadAndWrite = 0666;
  const mode_t mode = ::stat(options.file.c_str(), &facts) == 0 ? facts.st_mode & kReadAndWrite : 0600;
  const auto outcomes = WriteAll(files, mode, options.force ? Existing::kReplace : Existing::kKeep);
  if (!outcomes.ok()) return Refuse(options.file, std::string(Message(outcomes.status())), kCannotWrite);
  folder.Keep();

  std::vector<std::string> written;
  for (std::size_t i = 0; i < files.size(); ++i) {
    written.push_back(fmt::format("{}: {}", files[i].path, Say((*outcomes)[i])));
  }
  Print("files", written);
  fmt::print("{}", config::Report(migration));
  Print("node", DescribeNode(migration, places));
  Print("next", NextSteps(migration, places));
  return 0;
}

}  // namespace wampgate::server
