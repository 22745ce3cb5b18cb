#include "base/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace wampgate {

void UniqueFd::Reset(int fd) {
  if (fd_ >= 0) ::close(fd_);  // Linux frees the number even when it reports EINTR
  fd_ = fd;
}

UniqueFd UniqueFd::Duplicate() const {
  return UniqueFd(::fcntl(fd_, F_DUPFD_CLOEXEC, 3));
}

}  // namespace wampgate
