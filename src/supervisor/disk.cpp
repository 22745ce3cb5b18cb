#include "supervisor/disk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/fd.hpp"

namespace wampgate::supervisor {
namespace {

// Returns 0, or the error number.
int WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// A disk that refuses us is no verdict on the caller: never PERMISSION_DENIED.
Status DiskStatus(int error_number, std::string_view what) {
  const Status status = ErrnoStatus(error_number, what);
  return status.code() == StatusCode::kPermissionDenied ? FailedPrecondition(Message(status)) : status;
}

enum class Sync : std::uint8_t { kNo, kYes };

Status WriteFile(const std::string& path, const std::string& content, Sync sync) {
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return DiskStatus(errno, fmt::format("creating {}", path));
  if (const int error = WriteAll(file.get(), content); error != 0) {
    return DiskStatus(error, fmt::format("writing {}", path));
  }
  if ((sync == Sync::kYes && ::fsync(file.get()) != 0) || ::close(file.Release()) != 0) {
    return DiskStatus(errno, fmt::format("writing {} to disk", path));
  }
  return OkStatus();
}

}  // namespace

Status Disk::WriteAndSync(const std::string& path, const std::string& content) {
  return WriteFile(path, content, Sync::kYes);
}

Status Disk::AppendAndSync(const std::string& path, const std::string& content) {
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return DiskStatus(errno, fmt::format("opening {}", path));
  if (const int error = WriteAll(file.get(), content); error != 0) {
    return DiskStatus(error, fmt::format("writing {}", path));
  }
  if (::fsync(file.get()) != 0 || ::close(file.Release()) != 0) {
    return DiskStatus(errno, fmt::format("writing {} to disk", path));
  }
  return OkStatus();
}

Status Disk::Truncate(const std::string& path, std::size_t size) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file && ::ftruncate(file.get(), static_cast<off_t>(size)) == 0 && ::fsync(file.get()) == 0)
    return OkStatus();
  return DiskStatus(errno, fmt::format("cutting {} off", path));
}

Status Disk::Write(const std::string& path, const std::string& content) {
  return WriteFile(path, content, Sync::kNo);
}

Status Disk::Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return OkStatus();
  return DiskStatus(errno, fmt::format("renaming {} to {}", from, to));
}

Status Disk::SyncFolder(const std::string& path) {
  UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder && ::fsync(folder.get()) == 0) return OkStatus();
  return DiskStatus(errno, fmt::format("writing the folder {} to disk", path));
}

Status Disk::Remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return OkStatus();
  return DiskStatus(errno, fmt::format("removing {}", path));
}

StatusOr<std::string> Disk::Read(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return DiskStatus(errno, fmt::format("opening {}", path));
  std::string content;
  char block[64 * 1024];
  while (true) {
    const ssize_t size = ::read(file.get(), block, sizeof block);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return DiskStatus(errno, fmt::format("reading {}", path));
    if (size == 0) return content;
    content.append(block, static_cast<std::size_t>(size));
  }
}

StatusOr<std::vector<std::string>> Disk::List(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), &::closedir);
  if (stream == nullptr) return DiskStatus(errno, fmt::format("reading the folder {}", folder));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

}  // namespace wampgate::supervisor
