#include "net/reuseport_group.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/check.hpp"

namespace wampgate::net {
namespace {

constexpr std::uint32_t Ancillary(int what) {
  return static_cast<std::uint32_t>(SKF_AD_OFF + what);
}

/// A = random % serving.size(); then one comparison and one return for each.
std::vector<sock_filter> MakeProgram(std::span<const std::uint32_t> serving) {
  const auto count = static_cast<std::uint32_t>(serving.size());
  std::vector<sock_filter> program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, Ancillary(SKF_AD_RANDOM)),
                                      BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, count)};
  for (std::uint32_t i = 0; i + 1 < count; ++i) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, i, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, serving[i]));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, serving.back()));
  return program;
}

}  // namespace

std::uint64_t SocketCookie(int fd) {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  ::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size);
  return cookie;
}

Status SelectReuseportMembers(int member, std::span<const std::uint32_t> serving) {
  WAMPGATE_CHECK(!serving.empty());
  std::vector<sock_filter> code = MakeProgram(serving);
  const sock_fprog program{.len = static_cast<unsigned short>(code.size()), .filter = code.data()};
  if (::setsockopt(member, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0)
    return OkStatus();
  return ErrnoStatus(errno, "select the sockets of a port that take new connections");
}

Status SelectAllReuseportMembers(int member) {
  const int unused = 0;
  if (::setsockopt(member, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, sizeof unused) == 0 ||
      errno == ENOENT) {
    return OkStatus();
  }
  return ErrnoStatus(errno, "let every socket of a port take new connections");
}

void ReuseportGroup::Listening(int fd) {
  order_.push_back(SocketCookie(fd));
}

Status ReuseportGroup::Exclude(int member, std::span<const std::uint64_t> leaving) {
  excluded_.assign(leaving.begin(), leaving.end());
  return Install(member);
}

Status ReuseportGroup::Closed(int member, std::uint64_t cookie) {
  const auto at = std::ranges::find(order_, cookie);
  if (at == order_.end()) return OkStatus();
  *at = order_.back();
  order_.pop_back();
  std::erase(excluded_, cookie);
  return order_.empty() ? OkStatus() : Install(member);
}

Status ReuseportGroup::Install(int member) const {
  if (excluded_.empty()) return SelectAllReuseportMembers(member);
  std::vector<std::uint32_t> serving;
  for (std::uint32_t i = 0; i < order_.size(); ++i) {
    if (std::ranges::find(excluded_, order_[i]) == excluded_.end()) serving.push_back(i);
  }
  if (serving.empty()) return FailedPrecondition("no socket of the port would take new connections");
  return SelectReuseportMembers(member, serving);
}

}  // namespace wampgate::net
