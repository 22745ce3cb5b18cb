#include "web/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace wampgate::web {
namespace {

constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr int kAttempts = 8;  // a rename in the tree at the same moment makes openat2 fail with EAGAIN

Opened Result(int fd) {
  return fd >= 0 ? Opened{UniqueFd(fd), 0} : Opened{UniqueFd(), errno};
}

Opened OpenAt2(int directory, const std::string& path) {
  open_how how{};
  how.flags = kFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  Opened opened;
  for (int i = 0; i < kAttempts; ++i) {
    opened = Result(static_cast<int>(syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how)));
    if (opened.error != EAGAIN && opened.error != EINTR) break;
  }
  return opened;
}

}  // namespace

Opened OpenBeneath(int directory, const std::string& path, Symlinks symlinks) {
  if (symlinks == Symlinks::kAnywhere) return Result(openat(directory, path.c_str(), kFlags));
  Opened opened = OpenAt2(directory, path);
  const bool is_unknown_call =
      opened.error == ENOSYS || opened.error == EPERM;  // EPERM: a sandbox that forbids it
  return is_unknown_call ? OpenStepwise(directory, path) : std::move(opened);
}

Opened OpenStepwise(int directory, const std::string& path) {
  std::string_view rest = path;
  UniqueFd parent;
  while (true) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string name(rest.substr(0, end));
    if (name == ".." || name.empty()) return {UniqueFd(), EXDEV};
    const bool is_last = end == rest.size();
    const int flags = is_last ? kFlags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Opened opened = Result(openat(parent ? parent.get() : directory, name.c_str(), flags));
    if (is_last || !opened.fd) return opened;
    parent = std::move(opened.fd);
    rest.remove_prefix(end + 1);
  }
}

}  // namespace wampgate::web
