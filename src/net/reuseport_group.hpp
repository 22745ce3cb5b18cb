#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/status.hpp"

namespace wampgate::net {

/// The kernel's name for a socket: the same for every duplicate of it, also in another process (SO_COOKIE).
std::uint64_t SocketCookie(int fd);

/// The members of one SO_REUSEPORT group in the order in which the kernel numbers them, so that some can be
/// taken out of selection before they are closed: closing first would reset what is queued on them.
///
/// How a socket leaves: Exclude it; accept what is still queued (new connections go to the others only);
/// close every duplicate of it; Closed. A group that others may join (other programs of the user on the same
/// port) cannot be numbered, and excluding does not work there: keep accepting from the socket instead.
class ReuseportGroup {
 public:
  ReuseportGroup() = default;
  /// Takes over a group whose `order()` was saved.
  explicit ReuseportGroup(std::vector<std::uint64_t> order) : order_(std::move(order)) {}

  /// `fd` has just begun to listen; the order of these calls is the order of the listen() calls.
  void Listening(int fd);

  /// New connections go to none of `leaving` (cookies) from now on; the earlier exclusions are replaced, an
  /// empty list makes all members eligible again. `member` is any living socket of the group. At least one
  /// member must be left.
  Status Exclude(int member, std::span<const std::uint64_t> leaving);

  /// The last duplicate of `cookie` has been closed. `member` is a living socket of the group; ignored if
  /// none is left.
  Status Closed(int member, std::uint64_t cookie);

  const std::vector<std::uint64_t>& order() const { return order_; }

 private:
  Status Install(int member) const;
  std::vector<std::uint64_t> order_;
  std::vector<std::uint64_t> excluded_;
};

/// Attaches a classic BPF program to the SO_REUSEPORT group of `member` that gives new connections to the
/// members with the numbers `serving` only, evenly at random. The kernel numbers members by their listen()
/// and, when one is closed, gives its number to the last one.
Status SelectReuseportMembers(int member, std::span<const std::uint32_t> serving);
/// Takes such a program off again; the kernel then selects by hash among all. Fine if there is none.
Status SelectAllReuseportMembers(int member);

}  // namespace wampgate::net
