#include "output_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>

#include "base/fd.hpp"

namespace wampgate::server {
namespace {

namespace fs = std::filesystem;

StatusOr<Outcome> OutcomeFor(const OutputFile& file, Existing existing) {
  struct stat facts{};
  if (::lstat(file.path.c_str(), &facts) != 0) {
    if (errno == ENOENT) return Outcome::kNew;
    return ErrnoStatus(errno, file.path);
  }
  if (!S_ISREG(facts.st_mode)) {
    return FailedPrecondition(
        fmt::format("{} exists and is not a file: remove it, or choose another --output-dir", file.path));
  }
  std::ifstream stream(file.path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (stream && content == file.content) return Outcome::kUnchanged;
  if (existing == Existing::kReplace) return Outcome::kReplaced;
  return AlreadyExists(fmt::format(
      "{} exists and says something else: --force replaces it, --output-dir writes elsewhere", file.path));
}

int WriteContent(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// A file beside its destination, removed again unless it was moved there.
class Draft {
 public:
  Draft(const OutputFile& file, Outcome outcome)
      : path_(file.path),
        draft_((fs::path(file.path).parent_path() / ".wampgate-XXXXXX").string()),
        outcome_(outcome) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (made_) ::unlink(draft_.c_str());
  }

  Status Write(std::string_view content, mode_t mode) {
    UniqueFd file(::mkostemp(draft_.data(), O_CLOEXEC));
    if (!file) return ErrnoStatus(errno, fmt::format("creating {}", path_));
    made_ = true;
    if (const int error = WriteContent(file.get(), content); error != 0) {
      return ErrnoStatus(error, fmt::format("writing {}", path_));
    }
    if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0 || ::close(file.Release()) != 0) {
      return ErrnoStatus(errno, fmt::format("writing {} to disk", path_));
    }
    return OkStatus();
  }

  /// Gives it its name. A file that is replaced takes the draft's, until the end.
  Status Place() {
    if (Rename(outcome_ == Outcome::kNew ? RENAME_NOREPLACE : RENAME_EXCHANGE)) {
      placed_ = true;
      made_ = outcome_ != Outcome::kNew;
      return OkStatus();
    }
    return ErrnoStatus(errno, fmt::format("writing {}", path_));
  }

  void TakeBack() {
    if (!placed_) return;
    if (outcome_ == Outcome::kNew) {
      ::unlink(path_.c_str());
    } else {
      Rename(RENAME_EXCHANGE);
    }
  }

 private:
  bool Rename(unsigned flags) const {
    return ::renameat2(AT_FDCWD, draft_.c_str(), AT_FDCWD, path_.c_str(), flags) == 0;
  }

  std::string path_;
  std::string draft_;
  Outcome outcome_;
  bool made_ = false;
  bool placed_ = false;
};

void SyncFolder(const std::string& path) {
  const UniqueFd folder(::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

}  // namespace

StatusOr<std::vector<Outcome>> WriteAll(const std::vector<OutputFile>& files, mode_t mode,
                                        Existing existing) {
  std::vector<Outcome> outcomes;
  std::string refused;
  for (const OutputFile& file : files) {
    const StatusOr<Outcome> outcome = OutcomeFor(file, existing);
    outcomes.push_back(outcome.ok() ? *outcome : Outcome::kUnchanged);
    if (!outcome.ok()) refused += (refused.empty() ? "" : "\n") + std::string(Message(outcome.status()));
  }
  if (!refused.empty()) return FailedPrecondition(refused);
  std::vector<std::unique_ptr<Draft>> drafts;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (outcomes[i] == Outcome::kUnchanged) continue;
    drafts.push_back(std::make_unique<Draft>(files[i], outcomes[i]));
    if (Status status = drafts.back()->Write(files[i].content, mode); !status.ok()) return status;
  }
  for (const auto& draft : drafts) {
    const Status status = draft->Place();
    if (status.ok()) continue;
    for (const auto& earlier : drafts) earlier->TakeBack();
    return status;
  }
  for (const OutputFile& file : files) SyncFolder(file.path);
  return outcomes;
}

}  // namespace wampgate::server
