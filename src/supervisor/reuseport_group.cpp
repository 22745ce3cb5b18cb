#include "supervisor/reuseport_group.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace wampgate::supervisor {
namespace {

/// A program that returns one of `positions`, each equally often: random number modulo their count, then a
/// table of comparisons. At most a few thousand processes, far below BPF_MAXINSNS with 2 instructions each.
std::vector<sock_filter> ChooseAmong(const std::vector<std::uint32_t>& positions) {
  std::vector<sock_filter> program;
  program.push_back(
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_RANDOM)));
  program.push_back(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, static_cast<std::uint32_t>(positions.size())));
  for (std::uint32_t i = 0; i + 1 < positions.size(); ++i) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, i, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, positions[i]));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, positions.back()));
  return program;
}

}  // namespace

void ReuseportGroups::Join(const std::string& address, int socket) {
  groups_[address].members.push_back(socket);
}

void ReuseportGroups::Leave(const std::string& address, int socket) {
  std::vector<int>& members = groups_[address].members;
  const auto member = std::find(members.begin(), members.end(), socket);
  if (member == members.end()) return;
  *member = members.back();
  members.pop_back();
  if (members.empty()) groups_.erase(address);
}

void ReuseportGroups::MarkForeign(const std::string& address) {
  groups_[address].foreign = true;
}

Status ReuseportGroups::Exclude(const std::string& address, const std::set<int>& excluded) {
  const Group& group = groups_[address];
  if (group.foreign) return FailedPrecondition("other programs listen on the port too");
  std::vector<std::uint32_t> positions;
  for (std::uint32_t i = 0; i < group.members.size(); ++i) {
    if (!excluded.contains(group.members[i])) positions.push_back(i);
  }
  if (positions.empty()) return FailedPrecondition("no other socket listens on the port");
  std::vector<sock_filter> program = ChooseAmong(positions);
  sock_fprog attached{static_cast<unsigned short>(program.size()), program.data()};
  if (::setsockopt(group.members.front(), SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &attached, sizeof attached) !=
      0) {
    return ErrnoStatus(errno, "taking a listening socket out of selection (SO_ATTACH_REUSEPORT_CBPF)");
  }
  return OkStatus();
}

void ReuseportGroups::SelectAll(const std::string& address) {
  const auto group = groups_.find(address);
  if (group == groups_.end() || group->second.members.empty()) return;
  const int unused = 0;
  ::setsockopt(group->second.members.front(), SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, sizeof unused);
}

std::uint32_t QueueLength(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_unacked;
}

}  // namespace wampgate::supervisor
