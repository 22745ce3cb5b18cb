// An echo server of Boost.Beast's websocket::stream, for the same cases. Prints its port; ends when its
// standard input does. A thread per connection: what is tested is Beast's codec and nothing of ours.
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::asio::ip::tcp;

void Serve(tcp::socket socket) {
  boost::system::error_code error;
  socket.set_option(tcp::no_delay(true), error);
  websocket::stream<tcp::socket> stream(std::move(socket));
  websocket::permessage_deflate deflate;
  deflate.server_enable = true;
  stream.set_option(deflate);
  stream.read_message_max(64 * 1024 * 1024);
  stream.accept(error);
  beast::flat_buffer message;
  while (!error) {
    stream.read(message, error);
    if (error) return;
    stream.text(stream.got_text());
    stream.write(message.data(), error);
    message.consume(message.size());
  }
}

}  // namespace

int main() {
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  std::thread([&acceptor] {
    while (true) std::thread(Serve, acceptor.accept()).detach();
  }).detach();
  char octet;
  while (::read(STDIN_FILENO, &octet, 1) > 0) {
  }
  std::_Exit(0);
}
