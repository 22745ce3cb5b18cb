#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

#include "net/endpoint.hpp"

namespace wampgate::net {

/// An address as the kernel takes and gives it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

/// The longest path of a Unix socket: sun_path without its final NUL.
inline constexpr std::size_t kMaxUnixPath = 107;

/// Nothing if `path` is longer than kMaxUnixPath or empty. A leading '@' is a name in the abstract namespace.
std::optional<SocketAddress> UnixAddress(std::string_view path);
/// From an address literal, with or without brackets; an empty one is the unspecified address. Nothing if it
/// is not a literal of a family that `version` allows. No name is looked up.
std::optional<SocketAddress> IpAddress(IpVersion version, std::string_view literal, std::uint16_t port);

/// Address and port without the family: {"127.0.0.1", 8080}, {"::1", 8080}; IPv4 in IPv6 as IPv4.
struct IpText {
  bool is_v4 = true;
  std::string ip;
  std::uint16_t port = 0;
};
/// Only for AF_INET and AF_INET6.
IpText ToIpText(const SocketAddress& address);
/// "/run/x.sock", "@name" (abstract) or "" (unnamed). Only for AF_UNIX.
std::string UnixPath(const SocketAddress& address);

}  // namespace wampgate::net
