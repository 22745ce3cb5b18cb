#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "net/listen_socket.hpp"

namespace wampgate::net {

/// A folder for socket files, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "wampgate-net-XXXXXX";
    WAMPGATE_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline UniqueFd Listen(const ListenEndpoint& endpoint, int backlog = 50,
                       ReusePort reuse_port = ReusePort::kNo) {
  auto socket = BindListenSocket(endpoint, reuse_port);
  WAMPGATE_CHECK(socket.ok());
  WAMPGATE_CHECK(StartListening(socket->get(), backlog).ok());
  return *std::move(socket);
}

inline TcpListen Loopback() {
  return {.interface = "127.0.0.1"};
}

}  // namespace wampgate::net
