// A WebSocket client that echoes, for the conformance cases: our client handshake and codec. Reads commands
// from its standard input and ends with it:
//   open PORT [KEY=VALUE...]   connects to 127.0.0.1; keys: see Set()
//   close CODE REASON          begins to close
// It says "opened SUBPROTOCOL", "failed WHY" and "ended CAUSE CODE REASON".
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "base/check.hpp"
#include "base/status.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "websocket/connection.hpp"

namespace {

using namespace wampgate;

void Say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

const char* NameOf(ChannelEnd::Cause cause) {
  switch (cause) {
    case ChannelEnd::Cause::kClosedByPeer:
      return "closed_by_peer";
    case ChannelEnd::Cause::kClosedByUs:
      return "closed_by_us";
    case ChannelEnd::Cause::kLost:
      return "lost";
    case ChannelEnd::Cause::kViolation:
      return "violation";
    case ChannelEnd::Cause::kTimeout:
      return "timeout";
  }
  return "";
}

UniqueFd Connect(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  WAMPGATE_CHECK(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  WAMPGATE_CHECK(::fcntl(socket.get(), F_SETFL, O_NONBLOCK) == 0);
  return socket;
}

void Set(websocket::ClientOptions& options, const std::string& key, const std::string& value) {
  const int number = std::atoi(value.c_str());
  const auto deflate = [&]() -> websocket::DeflateOptions& {
    if (!options.deflate) options.deflate.emplace();
    return *options.deflate;
  };
  if (key == "deflate") {
    deflate();
  } else if (key == "request_no_context_takeover") {
    deflate().request_no_context_takeover = number != 0;
  } else if (key == "request_max_window_bits") {
    deflate().request_max_window_bits = number;
  } else if (key == "no_context_takeover") {
    deflate().no_context_takeover = number != 0;
  } else if (key == "max_window_bits") {
    deflate().max_window_bits = number;
  } else if (key == "fail_by_drop") {
    options.connection.fail_by_drop = number != 0;
  } else if (key == "max_message_size") {
    options.connection.max_message_size = static_cast<std::size_t>(number);
  } else if (key == "target") {
    options.target = value;
  } else if (key == "subprotocol") {
    options.subprotocols.push_back(value);
  } else {
    Say("failed unknown key " + key);
  }
}

/// One connection at a time.
class EchoClient final : private MessageReceiver {
 public:
  explicit EchoClient(net::Loop& loop) : loop_(loop) {}

  void Obey(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "open") return Open(words);
    unsigned code = 0;
    std::string reason;
    words >> code;
    std::getline(words >> std::ws, reason);
    if (channel_ != nullptr) channel_->Close(static_cast<std::uint16_t>(code), reason);
  }

 private:
  void Open(std::istringstream& words) {
    channel_.reset();
    auto options = std::make_shared<websocket::ClientOptions>();
    unsigned port = 0;
    words >> port;
    options->host = "127.0.0.1:" + std::to_string(port);
    for (std::string word; words >> word;) {
      const std::size_t equals = word.find('=');
      Set(*options, word.substr(0, equals), equals == std::string::npos ? "" : word.substr(equals + 1));
    }
    auto stream = std::make_unique<net::Stream>(loop_, Connect(static_cast<std::uint16_t>(port)));
    handshake_ =
        websocket::OpenWebSocket(std::move(stream), options,
                                 [this](StatusOr<websocket::Opened> opened) { OnOpened(std::move(opened)); });
  }

  void OnOpened(StatusOr<websocket::Opened> opened) {
    loop_.DeleteLater(std::move(handshake_));
    if (!opened.ok()) return Say("failed " + std::string(Message(opened.status())));
    Say("opened " + opened->subprotocol);
    channel_ = std::move(opened->channel);
    channel_->SetReceiver(this);
  }

  void OnMessage(MessageKind kind, std::string_view payload) override {
    channel_->Send(kind, payload);
    if (channel_->pending() > MessageChannel::kHighWatermark) channel_->PauseReading();
  }
  void OnDrained() override { channel_->ResumeReading(); }
  void OnChannelEnd(const ChannelEnd& end) override {
    Say(std::string("ended ") + NameOf(end.cause) + " " + std::to_string(end.code) + " " + end.reason);
  }

  net::Loop& loop_;
  std::unique_ptr<net::Mortal> handshake_;
  std::unique_ptr<MessageChannel> channel_;
};

}  // namespace

int main() {
  net::Loop loop;
  EchoClient client(loop);
  std::thread reader([&] {
    for (std::string line; std::getline(std::cin, line);) {
      loop.Post([&client, line] { client.Obey(line); });
    }
    loop.Stop();
  });
  loop.Run();
  reader.join();
}
