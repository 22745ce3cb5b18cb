#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "support/run_until.hpp"

namespace wampgate::test {

/// A listening TCP socket on a free port of 127.0.0.1.
inline UniqueFd ListenOnLoopback(int backlog = 50) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(listen(socket.get(), backlog), 0);
  return socket;
}

inline int PortOf(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  EXPECT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(address.sin_port);
}

/// A plain client on the thread of the loop that serves it: connects by the listener's queue and reads while
/// the loop runs.
class SocketClient {
 public:
  explicit SocketClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    connected_ = connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  }

  bool connected() const { return connected_; }
  void Send(std::string_view octets) {
    EXPECT_EQ(send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }
  /// Runs the loop until `text` has come.
  bool Receive(net::Loop& loop, std::string_view text) {
    return RunUntil(loop, [&] {
      Read();
      return received_.find(text) != std::string::npos;
    });
  }
  /// Runs the loop until the other side has closed.
  bool AwaitEnd(net::Loop& loop) {
    return RunUntil(loop, [&] {
      Read();
      return ended_;
    });
  }
  const std::string& received() const { return received_; }
  void Forget() { received_.clear(); }
  bool ended() {
    Read();
    return ended_;
  }

 private:
  void Read() {
    char octets[4096];
    for (;;) {
      const ssize_t count = recv(socket_.get(), octets, sizeof(octets), 0);
      if (count > 0) {
        received_.append(octets, static_cast<std::size_t>(count));
        continue;
      }
      if (count == 0 || (errno != EAGAIN && errno != EINTR)) ended_ = true;
      return;
    }
  }

  UniqueFd socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string received_;
};

}  // namespace wampgate::test
