#include "config/resolve_endpoint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

#include "config/units.hpp"
#include "config/variables.hpp"

namespace wampgate::config {
namespace {

using net::IpVersion;
using std::chrono::milliseconds;

std::optional<IpVersion> VersionOf(v1::IpVersion version) {
  switch (version) {
    case v1::IPV4:
      return IpVersion::k4;
    case v1::IPV6:
      return IpVersion::k6;
    case v1::DUAL:
      return IpVersion::kDual;
    default:
      return std::nullopt;
  }
}

bool IsAddress(int family, const std::string& text) {
  in6_addr address{};
  return inet_pton(family, text.c_str(), &address) == 1;
}

void ResolveInterface(const v1::TcpListen& tcp, const Where& where, const Context& context,
                      net::TcpListen& resolved) {
  const auto version = VersionOf(tcp.version());
  resolved.interface = tcp.interface();
  const bool v6_literal = IsAddress(AF_INET6, tcp.interface());
  resolved.version = version.value_or(v6_literal ? IpVersion::k6 : IpVersion::k4);
  if (tcp.interface().empty()) return;
  if (resolved.version == IpVersion::k4 ? IsAddress(AF_INET, tcp.interface()) : v6_literal) return;
  context.Error(where.Key("interface"),
                fmt::format("expected an IPv{} address literal, found {}",
                            resolved.version == IpVersion::k4 ? 4 : 6, Quote(tcp.interface())));
}

std::uint16_t PortOf(const v1::Port& port, const Where& where, const Context& context) {
  if (!port.has_variable()) return static_cast<std::uint16_t>(port.number());
  const auto name = VariableName(port.variable());
  if (!name) {
    context.Error(where, fmt::format("expected an integer from 0 to 65535 or \"$NAME\", found {}",
                                     Quote(port.variable())));
    return 0;
  }
  const auto text = ReadVariable(*name, where, context);
  std::uint16_t number = 0;
  if (!text) return 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || text->empty()) {
    context.Error(
        where, fmt::format("expected environment variable '${}' to be an integer from 0 to 65535, found {}",
                           *name, Quote(*text)));
  }
  return number;
}

void ResolvePort(const v1::TcpListen& tcp, const Where& where, const Context& context,
                 net::TcpListen& resolved) {
  const Where range = where.Key("portrange");
  if (tcp.portrange_size() == 0) {
    if (!tcp.has_port()) context.Error(where.Key("port"), "missing; expected \"port\" or \"portrange\"");
    resolved.port = PortOf(tcp.port(), where.Key("port"), context);
    return;
  }
  if (tcp.has_port()) context.Error(range, "either \"port\" or \"portrange\", not both");
  if (tcp.portrange_size() != 2) {
    context.Error(range, fmt::format("expected a pair of integers, found {} of them", tcp.portrange_size()));
    return;
  }
  if (tcp.portrange(1) < tcp.portrange(0)) {
    context.Error(range, fmt::format("port range end must not be smaller than range start ({}, {})",
                                     tcp.portrange(0), tcp.portrange(1)));
  }
  resolved.port = static_cast<std::uint16_t>(tcp.portrange(0));
  resolved.port_range_end = static_cast<std::uint16_t>(tcp.portrange(1));
}

net::TcpListen ResolveTcpListen(const v1::TcpListen& tcp, const Where& where, const Context& context) {
  net::TcpListen resolved;
  ResolveInterface(tcp, where, context, resolved);
  ResolvePort(tcp, where, context, resolved);
  if (tcp.has_shared()) resolved.shared = tcp.shared();
  if (tcp.has_user_timeout()) resolved.user_timeout = milliseconds(tcp.user_timeout());
  return resolved;
}

/// Empty if the path cannot be used.
std::string UnixPath(std::string_view path, const Where& where, const Context& context) {
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    context.Error(where, fmt::format("expected a path, found {}", Quote(path)));
    return "";
  }
  std::string absolute = context.environment.Absolute(path);
  if (absolute.size() > kLongestUnixPath) {
    context.Error(
        where,
        fmt::format("a Unix socket's path has at most {} octets, {} has {}; put it into a shorter directory",
                    kLongestUnixPath, Quote(absolute), absolute.size()));
  }
  return absolute;
}

/// The management socket, and what lies in the folder of the node's state.
bool IsTheNodesOwn(std::string_view path, const Context& context) {
  return path == context.environment.Absolute("wampgate.sock") ||
         path.starts_with(context.environment.Absolute(".wampgate") + "/");
}

net::UnixListen ResolveUnixListen(const v1::UnixListen& unix_socket, const Where& where,
                                  const Context& context) {
  net::UnixListen resolved;
  const Where path = where.Key("path");
  if (unix_socket.has_path()) {
    resolved.path = UnixPath(ExpandVariables(unix_socket.path(), path, context), path, context);
  }
  if (IsTheNodesOwn(resolved.path, context)) {
    context.Error(path,
                  fmt::format("{} belongs to the node itself; choose another name", Quote(resolved.path)));
  }
  if (!unix_socket.has_mode()) return resolved;
  const std::string& mode = unix_socket.mode();
  const auto [end, error] = std::from_chars(mode.data(), mode.data() + mode.size(), resolved.mode, 8);
  if (error != std::errc() || end != mode.data() + mode.size() || resolved.mode > 0777) {
    context.Error(where.Key("mode"),
                  fmt::format("expected octal digits from \"0000\" to \"0777\", found {}", Quote(mode)));
    resolved.mode = 0;
  }
  return resolved;
}

}  // namespace

net::ListenEndpoint ResolveListen(const v1::ListenEndpoint& endpoint, const Where& where,
                                  const Context& context) {
  if (endpoint.has_unix_socket()) {
    net::UnixListen resolved = ResolveUnixListen(endpoint.unix_socket(), where, context);
    if (endpoint.has_backlog()) resolved.backlog = endpoint.backlog();
    return resolved;
  }
  if (!endpoint.has_tcp()) return net::TcpListen();
  net::TcpListen resolved = ResolveTcpListen(endpoint.tcp(), where, context);
  if (endpoint.has_backlog()) resolved.backlog = endpoint.backlog();
  return resolved;
}

net::ConnectEndpoint ResolveConnect(const v1::ConnectEndpoint& endpoint, milliseconds join_timeout,
                                    const Where& where, const Context& context) {
  milliseconds timeout = net::TcpConnect().timeout;
  if (endpoint.has_timeout()) timeout = FromSeconds(endpoint.timeout());
  if (timeout.count() == 0) timeout = join_timeout;
  if (endpoint.has_unix_socket()) {
    net::UnixConnect resolved;
    resolved.timeout = timeout;
    if (endpoint.unix_socket().has_path()) {
      resolved.path = UnixPath(endpoint.unix_socket().path(), where.Key("path"), context);
    }
    return resolved;
  }
  net::TcpConnect resolved;
  resolved.timeout = timeout;
  resolved.host = endpoint.tcp().host();
  resolved.port = static_cast<std::uint16_t>(endpoint.tcp().port());
  resolved.version = VersionOf(endpoint.tcp().version()).value_or(IpVersion::kDual);
  if (endpoint.tcp().has_host() && resolved.host.empty()) {
    context.Error(where.Key("host"), "expected a name or an address literal, found \"\"");
  }
  return resolved;
}

}  // namespace wampgate::config
