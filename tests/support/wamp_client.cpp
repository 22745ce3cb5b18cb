#include "support/wamp_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wamp/document.hpp"

namespace wampgate::test {
namespace {

using Clock = std::chrono::steady_clock;

std::string BigEndian(std::uint64_t value, int octets) {
  std::string out;
  for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift & 0xff));
  return out;
}

std::uint64_t ReadBigEndian(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
  return value;
}

class RawSocketClient final : public WampClient {
 public:
  RawSocketClient(UniqueFd socket, wamp::Serializer serializer) : WampClient(std::move(socket), serializer) {
    const char lengths_and_serializer = static_cast<char>(0xf0 | wamp::RawSocketId(serializer));
    socket_.Write(std::string{'\x7f', lengths_and_serializer, 0, 0});
  }

 private:
  bool WriteMessage(const std::string& payload) override {
    return socket_.Write(BigEndian(payload.size(), 4) + payload);
  }
  std::optional<std::string> ReadMessage(std::chrono::milliseconds deadline) override {
    if (!opened_) {
      if (!socket_.Fill(4, deadline)) return std::nullopt;
      const std::string answer = socket_.Take(4);
      if (answer[0] != '\x7f' || (answer[1] & 0x0f) != wamp::RawSocketId(serializer_)) return std::nullopt;
      opened_ = true;
    }
    while (socket_.Fill(4, deadline)) {
      const std::string head = socket_.Take(4);
      const auto length = static_cast<std::size_t>(ReadBigEndian(head.substr(1)));
      if (!socket_.Fill(length, deadline)) return std::nullopt;
      std::string payload = socket_.Take(length);
      if (head[0] == 0) return payload;
      if (head[0] == 1) socket_.Write(std::string(1, '\x02') + head.substr(1) + payload);  // PING → PONG
    }
    return std::nullopt;
  }
  bool opened_ = false;
};

class WebSocketClient final : public WampClient {
 public:
  WebSocketClient(UniqueFd socket, const std::string& target, wamp::Serializer serializer)
      : WampClient(std::move(socket), serializer) {
    const std::string subprotocol(wamp::Subprotocol({serializer, wamp::Batching::kNone}));
    socket_.Write("GET " + target +
                  " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Protocol: " +
                  subprotocol + "\r\n\r\n");
  }

 private:
  enum Opcode : unsigned char {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10
  };
  struct FrameHead {
    bool final = false;
    Opcode opcode = kText;
    std::size_t length = 0;
  };

  bool WriteMessage(const std::string& payload) override {
    return WriteFrame(serializer_ == wamp::Serializer::kJson ? kText : kBinary, payload);
  }

  bool WriteFrame(Opcode opcode, std::string payload) {
    constexpr unsigned char kMask[4] = {0x37, 0xfa, 0x21, 0x3d};
    std::string frame(1, static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
      frame += static_cast<char>(0x80 | payload.size());
    } else if (payload.size() < 65536) {
      frame += '\xfe' + BigEndian(payload.size(), 2);
    } else {
      frame += '\xff' + BigEndian(payload.size(), 8);
    }
    frame.append(reinterpret_cast<const char*>(kMask), 4);
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = static_cast<char>(payload[i] ^ kMask[i % 4]);
    return socket_.Write(frame + payload);
  }

  std::optional<FrameHead> ReadHead(std::chrono::milliseconds deadline) {
    if (!socket_.Fill(2, deadline)) return std::nullopt;
    const std::string first = socket_.Take(2);
    FrameHead head;
    head.final = (first[0] & 0x80) != 0;
    head.opcode = static_cast<Opcode>(first[0] & 0x0f);
    head.length = static_cast<unsigned char>(first[1]) & 0x7fU;
    const std::size_t more = head.length == 126 ? 2 : head.length == 127 ? 8 : 0;
    if (more != 0) {
      if (!socket_.Fill(more, deadline)) return std::nullopt;
      head.length = ReadBigEndian(socket_.Take(more));
    }
    return head;
  }

  std::optional<std::string> ReadMessage(std::chrono::milliseconds deadline) override {
    if (!opened_) {
      if (!socket_.TakeThrough("\r\n\r\n", deadline).starts_with("HTTP/1.1 101")) return std::nullopt;
      opened_ = true;
    }
    std::string message;
    while (const std::optional<FrameHead> head = ReadHead(deadline)) {
      if (!socket_.Fill(head->length, deadline)) return std::nullopt;
      std::string payload = socket_.Take(head->length);
      if (head->opcode == kPing) {
        WriteFrame(kPong, std::move(payload));
      } else if (head->opcode == kClose) {
        close_code_ =
            payload.size() < 2 ? 1005 : static_cast<std::uint16_t>(ReadBigEndian(payload.substr(0, 2)));
        WriteFrame(kClose, payload.substr(0, 2));
        return std::nullopt;
      } else if (head->opcode != kPong) {
        message += payload;
        if (head->final) return message;
      }
    }
    return std::nullopt;
  }
  bool opened_ = false;
};

}  // namespace

UniqueFd ConnectTo(const Address& address) {
  if (address.path.empty()) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(address.port));
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) socket.Reset();
    return socket;
  }
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::strncpy(to.sun_path, address.path.c_str(), sizeof(to.sun_path) - 1);
  if (connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) socket.Reset();
  return socket;
}

bool BlockingSocket::Write(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool BlockingSocket::Fill(std::size_t count, std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  char octets[16384];
  while (buffer_.size() < count && !ended_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd entry{socket_.get(), POLLIN, 0};
    if (poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left))) == 0) return false;
    const ssize_t received = recv(socket_.get(), octets, sizeof(octets), MSG_DONTWAIT);
    if (received > 0) {
      buffer_.append(octets, static_cast<std::size_t>(received));
    } else if (received == 0 || (errno != EAGAIN && errno != EINTR)) {
      ended_ = true;
    }
  }
  return buffer_.size() >= count;
}

std::string BlockingSocket::Take(std::size_t count) {
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return taken;
}

std::string BlockingSocket::TakeThrough(std::string_view delimiter, std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  for (;;) {
    const auto found = buffer_.find(delimiter);
    if (found != std::string::npos) return Take(found + delimiter.size());
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (!Fill(buffer_.size() + 1, std::max(left, std::chrono::milliseconds(0)))) return "";
  }
}

std::unique_ptr<WampClient> WampClient::RawSocket(const Address& address, wamp::Serializer serializer) {
  return std::make_unique<RawSocketClient>(ConnectTo(address), serializer);
}

std::unique_ptr<WampClient> WampClient::WebSocket(const Address& address, const std::string& target,
                                                  wamp::Serializer serializer) {
  return std::make_unique<WebSocketClient>(ConnectTo(address), target, serializer);
}

bool WampClient::Send(const nlohmann::json& message) {
  return WriteMessage(wamp::WriteDocument(serializer_, message));
}

nlohmann::json WampClient::Receive(std::chrono::milliseconds deadline) {
  const std::optional<std::string> payload = ReadMessage(deadline);
  if (!payload) return nullptr;
  auto message = wamp::ReadDocument(serializer_, *payload);
  return message.ok() ? *std::move(message) : nlohmann::json("unreadable: " + *payload);
}

bool WampClient::SendHello(const std::string& realm) {
  const nlohmann::json empty = nlohmann::json::object();
  return Send(
      {1,
       realm,
       {{"roles", {{"caller", empty}, {"callee", empty}, {"publisher", empty}, {"subscriber", empty}}}}});
}

nlohmann::json WampClient::Join(const std::string& realm) {
  return SendHello(realm) ? Receive() : nullptr;
}

std::optional<std::uint16_t> WampClient::AwaitEnd(std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (!ended()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return std::nullopt;
    static_cast<void>(ReadMessage(left));
  }
  return close_code_.value_or(0);
}

}  // namespace wampgate::test
