#include "net/socket_address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace wampgate::net {

std::optional<SocketAddress> UnixAddress(std::string_view path) {
  if (path.empty() || path.size() > kMaxUnixPath) return std::nullopt;
  SocketAddress address;
  auto* to = reinterpret_cast<sockaddr_un*>(&address.storage);
  to->sun_family = AF_UNIX;
  std::memcpy(to->sun_path, path.data(), path.size());
  const bool is_abstract = path[0] == '@';
  if (is_abstract) to->sun_path[0] = '\0';
  address.size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));
  return address;
}

std::optional<SocketAddress> IpAddress(IpVersion version, std::string_view literal, std::uint16_t port) {
  if (literal.starts_with('[') && literal.ends_with(']')) literal = literal.substr(1, literal.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = version == IpVersion::k4 ? AF_INET : version == IpVersion::k6 ? AF_INET6 : AF_UNSPEC;
  if (literal.empty() && version == IpVersion::kDual) hints.ai_family = AF_INET6;
  const std::string node(literal);
  const std::string service = std::to_string(port);
  addrinfo* found = nullptr;
  if (::getaddrinfo(node.empty() ? nullptr : node.c_str(), service.c_str(), &hints, &found) != 0)
    return std::nullopt;
  SocketAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return address;
}

IpText ToIpText(const SocketAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  IpText result;
  if (address.family() == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    result.port = ntohs(v4.sin_port);
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    result.is_v4 = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    if (result.is_v4) {
      ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
    } else {
      ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
    result.port = ntohs(v6.sin6_port);
  }
  result.ip = text;
  return result;
}

std::string UnixPath(const SocketAddress& address) {
  const auto& name = reinterpret_cast<const sockaddr_un&>(address.storage);
  constexpr std::size_t kOffset = offsetof(sockaddr_un, sun_path);
  if (address.size <= kOffset) return {};
  const std::size_t size = address.size - kOffset;
  if (name.sun_path[0] == '\0') return "@" + std::string(name.sun_path + 1, size - 1);
  return std::string(name.sun_path, ::strnlen(name.sun_path, size));
}

}  // namespace wampgate::net
