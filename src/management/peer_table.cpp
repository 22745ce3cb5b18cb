#include "management/peer_table.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

namespace wampgate::management {
namespace {

/// 0: it is no socket (any more).
ino_t InodeOf(int socket) {
  struct stat facts{};
  return ::fstat(socket, &facts) == 0 && S_ISSOCK(facts.st_mode) ? facts.st_ino : 0;
}

}  // namespace

StatusOr<LocalPeer> ReadPeer(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return ErrnoStatus(errno, "asking who is at the other end of the management socket");
  }
  LocalPeer peer{.uid = credentials.uid, .pid = credentials.pid, .groups = {}};
  socklen_t octets = 0;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, nullptr, &octets) != 0 && errno == ERANGE) {
    peer.groups.resize(octets / sizeof(gid_t));
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &octets) != 0) octets = 0;
    peer.groups.resize(octets / sizeof(gid_t));
  }
  std::erase(peer.groups, credentials.gid);
  peer.groups.insert(peer.groups.begin(), credentials.gid);
  return peer;
}

Status PeerTable::Add(int socket) {
  WAMPGATE_ASSIGN_OR_RETURN(LocalPeer peer, ReadPeer(socket));
  const std::lock_guard lock(mutex_);
  entries_[socket] = {InodeOf(socket), std::move(peer)};
  return OkStatus();
}

std::optional<LocalPeer> PeerTable::Find(std::string_view peer) const {
  constexpr std::string_view kPrefix = "fd:";
  if (!peer.starts_with(kPrefix)) return std::nullopt;
  peer.remove_prefix(kPrefix.size());
  int socket = -1;
  const auto [end, error] = std::from_chars(peer.data(), peer.data() + peer.size(), socket);
  if (error != std::errc() || end != peer.data() + peer.size()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(socket);
  if (found == entries_.end() || found->second.inode != InodeOf(socket)) return std::nullopt;
  return found->second.peer;
}

std::size_t PeerTable::CountOpen() {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const auto& entry) { return entry.second.inode != InodeOf(entry.first); });
  return entries_.size();
}

}  // namespace wampgate::management
