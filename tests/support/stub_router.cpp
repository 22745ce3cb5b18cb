#include "support/stub_router.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "wamp/document.hpp"

namespace wampgate::test {
namespace {

constexpr int kLookMs = 20;  // for orders from the test's thread
constexpr std::size_t kHeader = 4;

UniqueFd Listen(const std::string& path, int backlog) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  unlink(path.c_str());
  if (bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(socket.get(), backlog) != 0) {
    throw std::runtime_error("the stub router cannot listen on " + path);
  }
  return socket;
}

std::size_t LengthIn(const std::string& header) {
  const auto octet = [&header](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(header[i]));
  };
  return octet(1) << 16 | octet(2) << 8 | octet(3);
}

nlohmann::json Roles() {
  const nlohmann::json empty = nlohmann::json::object();
  return {{"roles", {{"broker", empty}, {"dealer", empty}}},
          {"authid", "stub"},
          {"authrole", "anonymous"},
          {"authmethod", "anonymous"}};
}

}  // namespace

void StubRouter::Connection::Send(const nlohmann::json& message) {
  const std::string payload = wamp::WriteDocument(serializer_, message);
  for (int shift = 24; shift >= 0; shift -= 8)
    output_.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  output_ += payload;
}

StubRouter::StubRouter(const std::string& socket_path, int backlog, Script script)
    : listener_(Listen(socket_path, backlog)), script_(std::move(script)), thread_([this] { Run(); }) {}

StubRouter::~StubRouter() {
  stop_ = true;
  thread_.join();
}

std::vector<nlohmann::json> StubRouter::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

void StubRouter::Run() {
  while (!stop_) {
    std::vector<pollfd> entries{{listener_.get(), static_cast<short>(accepting_ ? POLLIN : 0), 0}};
    for (const auto& [fd, connection] : connections_) {
      entries.push_back({fd, static_cast<short>(POLLIN | (connection->output_.empty() ? 0 : POLLOUT)), 0});
    }
    poll(entries.data(), entries.size(), kLookMs);
    if (drop_.exchange(false)) {
      connections_.clear();
      open_ = 0;
      continue;
    }
    for (const pollfd& entry : entries) {
      const auto found = connections_.find(entry.fd);
      if (entry.revents == 0 || found == connections_.end()) continue;
      if ((entry.revents & ~POLLOUT) != 0 && !Read(*found->second)) found->second->closing_ = true;
    }
    for (auto connection = connections_.begin(); connection != connections_.end();) {
      const bool lives = Write(*connection->second) && !connection->second->closing_;
      connection = lives ? std::next(connection) : connections_.erase(connection);
    }
    if (entries[0].revents != 0) Accept();
    open_ = static_cast<int>(connections_.size());
  }
}

void StubRouter::Accept() {
  for (;;) {
    UniqueFd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return;
    ++accepted_;
    const int fd = socket.get();
    connections_[fd] = std::make_unique<Connection>(std::move(socket));
  }
}

bool StubRouter::Read(Connection& connection) {
  char octets[65536];
  for (;;) {
    const ssize_t count = recv(connection.socket_.get(), octets, sizeof(octets), 0);
    if (count < 0 && errno == EAGAIN) return Decode(connection);
    if (count <= 0) {
      Decode(connection);
      return false;
    }
    connection.input_.append(octets, static_cast<std::size_t>(count));
  }
}

bool StubRouter::Decode(Connection& connection) {
  std::string& input = connection.input_;
  if (!connection.opened_) {
    if (input.size() < kHeader) return true;
    const auto serializer = wamp::FromRawSocketId(static_cast<std::uint8_t>(input[1] & 0x0f));
    if (input[0] != '\x7f' || !serializer) return false;
    connection.serializer_ = *serializer;
    connection.output_ += std::string{'\x7f', static_cast<char>(0xf0 | (input[1] & 0x0f)), 0, 0};
    connection.opened_ = true;
    input.erase(0, kHeader);
  }
  while (input.size() >= kHeader) {
    const std::size_t length = LengthIn(input);
    if (input.size() < kHeader + length) break;
    const char kind = input[0];
    const std::string payload = input.substr(kHeader, length);
    input.erase(0, kHeader + length);
    if (kind != 0) continue;
    auto message = wamp::ReadDocument(connection.serializer_, payload);
    if (!message.ok()) return false;
    {
      const std::lock_guard lock(mutex_);
      messages_.push_back(*message);
    }
    if (!script_ || !script_(connection, *message)) Answer(connection, *message);
  }
  return true;
}

void StubRouter::Answer(Connection& connection, const nlohmann::json& message) {
  const nlohmann::json empty = nlohmann::json::object();
  const std::uint64_t id = ++last_id_;
  switch (message.at(0).get<int>()) {
    case 1:  // HELLO
      connection.session_ = 1000 + id;
      return connection.Send({2, connection.session_, Roles()});
    case 6:  // GOODBYE
      if (message.at(2) != "wamp.close.goodbye_and_out")
        connection.Send({6, empty, "wamp.close.goodbye_and_out"});
      return;
    case 16:  // PUBLISH
      if (message.at(2).value("acknowledge", false)) connection.Send({17, message.at(1), id});
      return Publish(connection, message);
    case 32:  // SUBSCRIBE
      connection.subscriptions_[message.at(3).get<std::string>()] = id;
      return connection.Send({33, message.at(1), id});
    case 64:  // REGISTER
      return connection.Send({65, message.at(1), id});
    case 48: {  // CALL
      nlohmann::json result = {50, message.at(1), empty};
      for (std::size_t i = 4; i < message.size(); ++i) result.push_back(message.at(i));
      return connection.Send(result);
    }
    default:
      return;
  }
}

void StubRouter::Publish(Connection& publisher, const nlohmann::json& message) {
  for (auto& [fd, connection] : connections_) {
    const auto found = connection->subscriptions_.find(message.at(3).get<std::string>());
    if (connection.get() == &publisher || found == connection->subscriptions_.end()) continue;
    nlohmann::json event = {36, found->second, last_id_, nlohmann::json::object()};
    for (std::size_t i = 4; i < message.size(); ++i) event.push_back(message.at(i));
    connection->Send(event);
  }
}

bool StubRouter::Write(Connection& connection) {
  while (!connection.output_.empty()) {
    const ssize_t sent =
        send(connection.socket_.get(), connection.output_.data(), connection.output_.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    connection.output_.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace wampgate::test
