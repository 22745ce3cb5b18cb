#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace wampgate::net {

/// Address family of a TCP endpoint; kDual is one IPv6 socket that takes IPv4 too (IPV6_V6ONLY off).
enum class IpVersion : std::uint8_t { k4, k6, kDual };

/// Where a transport listens on TCP (spec 1.10.1).
struct TcpListen {
  IpVersion version = IpVersion::k4;
  std::string interface{};           ///< address literal; empty = all
  std::uint16_t port = 0;            ///< 0 = any free port, kept for the life of the endpoint
  std::uint16_t port_range_end = 0;  ///< not 0: the first port of [port, port_range_end] that can be bound
  int backlog = 50;                  ///< 1…65535
  bool shared = false;               ///< others may listen on the same port (SO_REUSEPORT)
  std::optional<std::chrono::milliseconds> user_timeout{};  ///< TCP_USER_TIMEOUT
  bool operator==(const TcpListen&) const = default;
};

/// Where a transport listens on a Unix socket (spec 1.10.3).
struct UnixListen {
  std::string path;      ///< absolute, at most 107 octets
  int backlog = 50;      ///< 1…65535
  unsigned mode = 0666;  ///< permission bits of the socket file
  bool operator==(const UnixListen&) const = default;
};

using ListenEndpoint = std::variant<TcpListen, UnixListen>;

/// Where a backend is reached (spec 1.11).
struct TcpConnect {
  std::string host;
  std::uint16_t port = 0;
  IpVersion version = IpVersion::kDual;  ///< kDual = whatever the name resolves to
  std::chrono::milliseconds timeout{10000};
  bool operator==(const TcpConnect&) const = default;
};
struct UnixConnect {
  std::string path;  ///< absolute
  std::chrono::milliseconds timeout{10000};
  bool operator==(const UnixConnect&) const = default;
};
using ConnectEndpoint = std::variant<TcpConnect, UnixConnect>;

/// "tcp4:127.0.0.1:8080", "tcp6:[::]:8080", "tcp:*:8080" (dual), "unix:/run/x.sock": for messages and
/// identity.
std::string ToString(const ListenEndpoint& endpoint);
std::string ToString(const ConnectEndpoint& endpoint);

}  // namespace wampgate::net
