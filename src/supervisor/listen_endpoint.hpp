#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "net/endpoint.hpp"

namespace wampgate::supervisor {

/// A Unix socket file as we made it; a file that somebody else put in its place is not ours to remove.
struct SocketFile {
  std::string path;
  dev_t device = 0;
  ino_t inode = 0;
  /// The file that is at `path` now.
  static SocketFile At(const std::string& path);
  void Remove() const;
};

/// The listening sockets of one transport, in order; process i of its worker accepts from socket i mod their
/// number.
struct ListenEndpoint {
  net::ListenEndpoint settings;
  std::string worker;  ///< id of the worker whose transport it is
  bool idle = false;   ///< the worker is stopped: sockets stay bound and do not listen
  /// Where the sockets are bound, port resolved: "tcp4:127.0.0.1:40001", "unix:/run/x.sock".
  std::string address;
  std::uint16_t port = 0;  ///< TCP, resolved
  struct Socket {
    UniqueFd fd;
    bool listening = false;
  };
  std::vector<Socket> sockets;
  SocketFile file;  ///< Unix

  /// The settings with the port it has.
  net::ListenEndpoint Bound() const;
  bool is_tcp() const { return std::holds_alternative<net::TcpListen>(settings); }
};

/// By the transport's resource name. Tables of successive revisions share the endpoints that stay.
using ListenTable = std::map<std::string, std::shared_ptr<ListenEndpoint>>;

/// The address as configured: equal ones are the same sockets.
std::string BindKey(const net::ListenEndpoint& settings);
/// Whether a transport with these settings can have the endpoint's sockets: its address is that of the
/// endpoint as configured, or as it was bound (port 0 and ranges).
bool Fits(const ListenEndpoint& endpoint, const net::ListenEndpoint& settings);
/// TCP with `shared`.
bool IsShared(const net::ListenEndpoint& settings);
/// How many sockets an endpoint of a worker with `processes` processes has.
std::size_t SocketCount(const net::ListenEndpoint& settings, int processes);

}  // namespace wampgate::supervisor
