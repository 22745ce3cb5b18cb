#pragma once

#include <sys/types.h>

#include "base/fd.hpp"

namespace wampgate::supervisor {

/// pidfd_open(2): a descriptor that means this process and never another one; readable once it has ended.
/// Empty on failure, with errno set. (glibc 2.36 declares the functions without C linkage.)
UniqueFd OpenPidfd(pid_t pid);
/// pidfd_send_signal(2); no effect on a process that has ended.
void SignalPidfd(const UniqueFd& pidfd, int signal);

}  // namespace wampgate::supervisor
