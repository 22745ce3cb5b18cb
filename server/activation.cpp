#include "activation.hpp"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>

namespace wampgate::server {

PassedSockets TakePassedSockets() {
  PassedSockets passed;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  for (int i = 0; i < count; ++i) {
    UniqueFd descriptor(SD_LISTEN_FDS_START + i);
    if (sd_is_socket(descriptor.get(), AF_UNSPEC, SOCK_STREAM, 1) > 0) {
      passed.listening.push_back(std::move(descriptor));
    } else {
      passed.refused.emplace_back(names[i]);
    }
    std::free(names[i]);
  }
  std::free(names);
  return passed;
}

}  // namespace wampgate::server
