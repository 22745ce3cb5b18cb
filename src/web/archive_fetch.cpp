#include "web/archive_fetch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "web/archive_check.hpp"
#include "web/download.hpp"

namespace wampgate::web {
namespace {

constexpr std::chrono::milliseconds kLockInterval{100};
constexpr std::string_view kTemporary = ".download-";

Status Failed(std::string_view what) {
  return Unavailable(fmt::format("{}: {}", what, ErrnoText(errno)));
}

/// The turn of this process. kAborted: cancelled.
StatusOr<UniqueFd> TakeTurn(const std::string& file, const std::atomic<bool>& cancelled) {
  UniqueFd lock(::open((file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock) return Failed("its lock file cannot be made");
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return Failed("its lock file cannot be locked");
    if (cancelled) return MakeStatus(StatusCode::kAborted, "cancelled");
    std::this_thread::sleep_for(kLockInterval);
  }
  return lock;
}

/// What processes that died have left; nobody else downloads now.
void RemoveLeftovers(const std::filesystem::path& file) {
  const std::string prefix = file.filename().string() + std::string(kTemporary);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(file.parent_path(), error)) {
    std::error_code ignored;
    if (entry.path().filename().string().starts_with(prefix)) std::filesystem::remove(entry.path(), ignored);
  }
}

/// A new file beside the one that it is to replace; removed again unless it was moved there.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& target)
      : target_(target),
        path_(target + std::string(kTemporary) + "XXXXXX"),
        file_(::mkostemp(path_.data(), O_CLOEXEC)) {}
  ~TemporaryFile() {
    if (file_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  explicit operator bool() const { return static_cast<bool>(file_); }
  const UniqueFd& file() const { return file_; }

  Status MoveThere() {
    constexpr mode_t kReadable = 0644;
    if (::fchmod(file_.get(), kReadable) != 0 || ::fsync(file_.get()) != 0)
      return Failed("it cannot be written to disk");
    if (::rename(path_.c_str(), target_.c_str()) != 0) return Failed("it cannot be put in its place");
    file_.Reset();
    const std::string folder = std::filesystem::path(target_).parent_path();
    const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());
    return OkStatus();
  }

 private:
  std::string target_;
  std::string path_;
  UniqueFd file_;
};

}  // namespace

Status FetchArchive(const ArchiveSource& source, const std::atomic<bool>& cancelled) {
  const StatusOr<UniqueFd> turn = TakeTurn(source.file, cancelled);
  if (!turn.ok()) return turn.status();
  if (OpenArchive(source).ok()) return OkStatus();  // somebody else was here first
  RemoveLeftovers(source.file);
  TemporaryFile temporary(source.file);
  if (!temporary) return Failed("no file can be made in its folder");
  const DownloadOrder order{source.origin, source.download_timeout, source.limits.archive};
  if (const Status status = Download(order, temporary.file().get(), cancelled); !status.ok()) return status;
  const StatusOr<CheckedArchive> checked = CheckArchive(temporary.file().Duplicate(), source);
  if (!checked.ok()) return Annotate(checked.status(), "what was downloaded is not used");
  const std::size_t members = (*checked).archive->size();
  if (cancelled) return Aborted("cancelled");
  if (const Status status = temporary.MoveThere(); !status.ok()) return status;
  log::Info("web", "an archive was downloaded",
            {{"file", source.file},
             {"origin", WithoutCredentials(source.origin)},
             {"members", members},
             {"sha256", checked->sha256.empty() ? std::string("unverified: no `hashes`") : checked->sha256}});
  return OkStatus();
}

}  // namespace wampgate::web
