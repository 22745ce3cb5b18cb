#include "control/descriptor_passing.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/check.hpp"

namespace wampgate::control {
namespace {

// Room for what other programs of the peer might send at once (SCM_MAX_FD), and credentials nobody asked for.
constexpr std::size_t kControlRoom = CMSG_SPACE(253 * sizeof(int)) + 256;

}  // namespace

ssize_t SendOctets(int socket, std::string_view octets, std::span<const UniqueFd> descriptors) {
  WAMPGATE_CHECK(descriptors.size() <= kDescriptorsPerMessage && !octets.empty());
  iovec vector{const_cast<char*>(octets.data()), octets.size()};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(kDescriptorsPerMessage * sizeof(int))];
  if (!descriptors.empty()) {
    std::memset(control, 0, sizeof control);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      const int fd = descriptors[i].get();
      std::memcpy(CMSG_DATA(header) + i * sizeof(int), &fd, sizeof fd);
    }
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

Received ReceiveOctets(int socket, std::span<char> octets, std::vector<UniqueFd>& descriptors) {
  iovec vector{octets.data(), octets.size()};
  alignas(cmsghdr) char control[kControlRoom];
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  Received received;
  do {
    received.octets = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (received.octets < 0 && errno == EINTR);
  if (received.octets < 0) return received;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      descriptors.emplace_back(fd);
    }
  }
  received.truncated = (message.msg_flags & MSG_CTRUNC) != 0;
  return received;
}

}  // namespace wampgate::control
