// A WebSocket server that echoes, for the conformance cases: our HTTP server and codec with default options
// and permessage-deflate. Prints its port; ends when its standard input does.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <thread>

#include "base/check.hpp"
#include "http/server.hpp"
#include "net/acceptor.hpp"
#include "net/loop.hpp"
#include "web/echo_service.hpp"

namespace {

using namespace wampgate;

struct NoOffload final : http::Offload {
  bool Run(std::function<void()>, std::function<void()>) override { return false; }
};

UniqueFd Listen(std::uint16_t& port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  WAMPGATE_CHECK(::bind(socket.get(), generic, size) == 0 && ::listen(socket.get(), 128) == 0);
  WAMPGATE_CHECK(::getsockname(socket.get(), generic, &size) == 0);
  port = ntohs(address.sin_port);
  return socket;
}

}  // namespace

int main() {
  net::Loop loop;
  NoOffload offload;
  web::EchoConnections connections(loop);
  auto options = std::make_shared<websocket::ServerOptions>();
  options->deflate.emplace();
  options->connection.max_message_size = 64 * 1024 * 1024;
  auto service = std::make_shared<web::EchoService>(options, "", connections);
  http::ServerOptions server_options;
  server_options.only_websocket = true;
  auto site = std::make_shared<const http::Site>(http::Site{server_options, service});
  http::Server server(loop, site, offload);
  std::uint16_t port = 0;
  net::Acceptor acceptor(loop, Listen(port),
                         [&](std::unique_ptr<net::Stream> stream) { server.Accept(std::move(stream)); });
  acceptor.Start();
  std::printf("%d\n", port);
  std::fflush(stdout);
  std::thread watcher([&loop] {
    char octet;
    while (::read(STDIN_FILENO, &octet, 1) > 0) {
    }
    loop.Stop();
  });
  loop.Run();
  watcher.join();
}
