#include "supervisor/node_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "net/socket_address.hpp"

namespace wampgate::supervisor {
namespace {

StatusOr<std::string> RealPath(const std::string& directory) {
  char* resolved = ::realpath(directory.c_str(), nullptr);
  if (resolved == nullptr) return ErrnoStatus(errno, fmt::format("node directory {}", directory));
  std::string path(resolved);
  std::free(resolved);
  struct stat there{};
  if (::stat(path.c_str(), &there) != 0) return ErrnoStatus(errno, fmt::format("node directory {}", path));
  if (!S_ISDIR(there.st_mode))
    return InvalidArgument(fmt::format("node directory {}: not a directory", path));
  return path;
}

/// True if it was made now.
StatusOr<bool> MakeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return true;
  if (errno != EEXIST) return ErrnoStatus(errno, fmt::format("making {}", path));
  return false;
}

std::string ReadPid(int fd) {
  char text[32] = {};
  const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
  std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!pid.empty() && (pid.back() == '\n' || pid.back() == '\0')) pid.pop_back();
  return pid.empty() ? "unknown" : pid;
}

/// Whether an open lock file is the one at `path`.
bool IsAt(int lock, const std::string& path) {
  struct stat held{};
  struct stat there{};
  return ::fstat(lock, &held) == 0 && ::stat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino &&
         held.st_dev == there.st_dev;
}

StatusOr<UniqueFd> TakeLock(const std::string& node_directory, const std::string& path) {
  while (true) {
    UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) return ErrnoStatus(errno, fmt::format("opening {}", path));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return ErrnoStatus(errno, fmt::format("locking {}", path));
      return AlreadyExists(
          fmt::format("the node directory {} is in use by a wampgated with pid {}; stop it first",
                      node_directory, ReadPid(lock.get())));
    }
    // A supervisor that failed to start may have taken the file away between open and flock.
    if (IsAt(lock.get(), path)) return lock;
  }
}

}  // namespace

StatusOr<NodeDirectory> NodeDirectory::Open(const std::string& directory, UniqueFd held) {
  NodeDirectory node;
  WAMPGATE_ASSIGN_OR_RETURN(node.path_, RealPath(directory));
  if (node.control_socket().size() > net::kMaxUnixPath) {
    return InvalidArgument(
        fmt::format("node directory {}: the path of its control socket, {}, has {} octets; at most {} "
                    "fit into a Unix socket's address: use a shorter node directory",
                    node.path_, node.control_socket(), node.control_socket().size(), net::kMaxUnixPath));
  }
  WAMPGATE_ASSIGN_OR_RETURN(node.made_state_folder_, MakeFolder(node.state_folder()));
  const std::string lock_path = node.state_folder() + "/lock";
  const bool has_lock = held && IsAt(held.get(), lock_path) && ::flock(held.get(), LOCK_EX | LOCK_NB) == 0;
  StatusOr<UniqueFd> lock = has_lock ? std::move(held) : TakeLock(node.path_, lock_path);
  if (!lock.ok()) {
    if (node.made_state_folder_) ::rmdir(node.state_folder().c_str());
    return lock.status();
  }
  node.lock_ = *std::move(lock);
  const std::string pid = fmt::format("{}\n", ::getpid());
  StatusOr<bool> made = MakeFolder(node.revisions_folder());
  if (!made.ok() || ::ftruncate(node.lock_.get(), 0) != 0 ||
      ::pwrite(node.lock_.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const Status status =
        made.ok() ? ErrnoStatus(errno, "writing the pid into the lock file") : made.status();
    node.RemoveWhatWasMade();
    return status;
  }
  node.made_revisions_folder_ = *made;
  return node;
}

void NodeDirectory::RemoveWhatWasMade() {
  std::error_code ignored;
  if (made_revisions_folder_) std::filesystem::remove_all(revisions_folder(), ignored);
  if (!made_state_folder_) return;
  ::unlink(control_socket().c_str());
  ::unlink(process_records().c_str());
  ::unlink(counters().c_str());
  ::unlink((state_folder() + "/lock").c_str());
  ::rmdir(state_folder().c_str());
}

}  // namespace wampgate::supervisor
