#include "supervisor/pidfd.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace wampgate::supervisor {

UniqueFd OpenPidfd(pid_t pid) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

void SignalPidfd(const UniqueFd& pidfd, int signal) {
  ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0);
}

}  // namespace wampgate::supervisor
