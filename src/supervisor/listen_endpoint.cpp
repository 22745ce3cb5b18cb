#include "supervisor/listen_endpoint.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wampgate::supervisor {

SocketFile SocketFile::At(const std::string& path) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) return {path, 0, 0};
  return {path, there.st_dev, there.st_ino};
}

void SocketFile::Remove() const {
  struct stat there{};
  if (path.empty() || ::lstat(path.c_str(), &there) != 0) return;
  if (S_ISSOCK(there.st_mode) && there.st_dev == device && there.st_ino == inode) ::unlink(path.c_str());
}

std::string BindKey(const net::ListenEndpoint& settings) {
  if (const auto* local = std::get_if<net::UnixListen>(&settings)) return "unix:" + local->path;
  const auto& tcp = std::get<net::TcpListen>(settings);
  return fmt::format("tcp:{}:{}:{}-{}", static_cast<int>(tcp.version), tcp.interface, tcp.port,
                     tcp.port_range_end);
}

net::ListenEndpoint ListenEndpoint::Bound() const {
  if (!is_tcp()) return settings;
  net::TcpListen bound = std::get<net::TcpListen>(settings);
  bound.port = port;
  bound.port_range_end = 0;
  return bound;
}

bool Fits(const ListenEndpoint& endpoint, const net::ListenEndpoint& settings) {
  const std::string key = BindKey(settings);
  return BindKey(endpoint.settings) == key || BindKey(endpoint.Bound()) == key;
}

bool IsShared(const net::ListenEndpoint& settings) {
  const auto* tcp = std::get_if<net::TcpListen>(&settings);
  return tcp != nullptr && tcp->shared;
}

std::size_t SocketCount(const net::ListenEndpoint& settings, int processes) {
  return std::holds_alternative<net::TcpListen>(settings) && processes > 1
             ? static_cast<std::size_t>(processes)
             : 1;
}

}  // namespace wampgate::supervisor
