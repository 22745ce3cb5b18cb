#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "base/fd.hpp"
#include "net/stream.hpp"

namespace wampgate::net {

enum class Transport { kUnix, kTcp };

/// Two connected, non-blocking sockets.
inline std::pair<UniqueFd, UniqueFd> MakeSocketPair(Transport transport = Transport::kUnix) {
  if (transport == Transport::kUnix) {
    int fds[2];
    WAMPGATE_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
  }
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  WAMPGATE_CHECK(::bind(listener.get(), generic, size) == 0 && ::listen(listener.get(), 1) == 0);
  WAMPGATE_CHECK(::getsockname(listener.get(), generic, &size) == 0);
  UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  WAMPGATE_CHECK(::connect(client.get(), generic, size) == 0);
  UniqueFd server(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  WAMPGATE_CHECK(::fcntl(client.get(), F_SETFL, O_NONBLOCK) == 0);
  return {std::move(client), std::move(server)};
}

inline void Put(const UniqueFd& socket, std::string_view octets) {
  WAMPGATE_CHECK(::send(socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL) ==
                 static_cast<ssize_t>(octets.size()));
}

/// What is there now.
inline std::string Get(const UniqueFd& socket) {
  std::string all;
  char buffer[4096];
  for (ssize_t got; (got = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;) {
    all.append(buffer, static_cast<std::size_t>(got));
  }
  return all;
}

/// Records what a stream tells it and consumes everything unless told otherwise.
class Recorder final : public StreamHandler {
 public:
  std::size_t OnData(std::span<char> octets) override {
    ++calls;
    last = std::string(octets.data(), octets.size());
    const std::size_t take = std::min(octets.size(), consume);
    data.append(octets.data(), take);
    return take;
  }
  void OnEnd() override { ++ends; }
  void OnDrained() override { ++drained; }
  void OnError(const Status& status) override {
    ++errors;
    error = status;
  }

  std::size_t consume = static_cast<std::size_t>(-1);
  std::string data;
  std::string last;
  int calls = 0;
  int ends = 0;
  int drained = 0;
  int errors = 0;
  Status error;
};

}  // namespace wampgate::net
