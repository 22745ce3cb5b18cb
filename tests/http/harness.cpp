#include "http/harness.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/check.hpp"
#include "support/run_until.hpp"

namespace wampgate::test {
namespace {

void MakeNonBlocking(int fd) {
  WAMPGATE_CHECK(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0);
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

std::string Answer::Field(const std::string& name) const {
  const auto it = fields.find(name);
  return it == fields.end() ? "" : it->second;
}

void Client::Pump() {
  if (!socket_) return;
  while (!unsent_.empty()) {
    const ssize_t n = send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n <= 0) break;
    unsent_.erase(0, static_cast<std::size_t>(n));
  }
  char buffer[65536];
  while (!ended_ && !was_reset_) {
    const ssize_t n = recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) received.append(buffer, static_cast<std::size_t>(n));
    if (n == 0) ended_ = true;
    if (n < 0 && errno == ECONNRESET) was_reset_ = true;
    if (n <= 0) break;
  }
}

void Client::ShutdownWrite() {
  Pump();
  shutdown(socket_.get(), SHUT_WR);
}

bool Client::TakeAnswer(Answer& answer, BodyOf body) {
  const std::size_t end = received.find("\r\n\r\n");
  if (end == std::string::npos || received.size() < 12) return false;
  answer = {};
  answer.head = received.substr(0, end + 2);
  answer.status = std::atoi(received.substr(9, 3).c_str());
  std::size_t line = answer.head.find("\r\n") + 2;
  while (line < answer.head.size()) {
    const std::size_t colon = answer.head.find(": ", line);
    const std::size_t line_end = answer.head.find("\r\n", line);
    answer.fields.emplace(Lower(answer.head.substr(line, colon - line)),
                          answer.head.substr(colon + 2, line_end - colon - 2));
    line = line_end + 2;
  }
  const std::size_t length =
      body == BodyOf::kHead ? 0 : std::strtoull(answer.Field("content-length").c_str(), nullptr, 10);
  if (received.size() < end + 4 + length) return false;
  answer.body = received.substr(end + 4, length);
  received.erase(0, end + 4 + length);
  return true;
}

bool LoopOffload::Run(std::function<void()> work, std::function<void()> done) {
  if (is_full) return false;
  ++runs;
  loop_.Post([work = std::move(work), done = std::move(done)] {
    work();
    done();
  });
  return true;
}

Harness::Harness() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  WAMPGATE_CHECK(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  WAMPGATE_CHECK(listen(listener_.get(), 128) == 0);
}

std::shared_ptr<const http::Site> Harness::MakeSite() const {
  return std::make_shared<const http::Site>(http::Site{options, root_});
}

http::Server& Harness::server() {
  if (server_ == nullptr) server_ = std::make_unique<http::Server>(loop, MakeSite(), offload);
  return *server_;
}

std::unique_ptr<Client> Harness::Connect(http::Security security) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  WAMPGATE_CHECK(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  UniqueFd ours(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  WAMPGATE_CHECK(connect(ours.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  const int on = 1;
  setsockopt(ours.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  MakeNonBlocking(ours.get());
  UniqueFd theirs(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  WAMPGATE_CHECK(theirs);
  server().Accept(std::make_unique<net::Stream>(loop, std::move(theirs)), security);
  return std::make_unique<Client>(std::move(ours));
}

bool Harness::Until(Client& client, const std::function<bool()>& condition) {
  return RunUntil(loop, [&] {
    client.Pump();
    return condition();
  });
}

Answer Harness::Next(Client& client, BodyOf body) {
  Answer answer;
  if (!Until(client,
             [&] { return client.TakeAnswer(answer, body) || client.ended() || client.was_reset(); })) {
    return {};
  }
  if (answer.status == 0) client.TakeAnswer(answer, body);
  return answer;
}

Answer Harness::Ask(std::string_view request, BodyOf body) {
  const std::unique_ptr<Client> client = Connect();
  client->Send(request);
  return Next(*client, body);
}

Answer Harness::Get(const std::string& target, const std::string& more_fields) {
  return Ask("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n");
}

Answer Harness::Head(const std::string& target, const std::string& more_fields) {
  return Ask("HEAD " + target + " HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n", BodyOf::kHead);
}

}  // namespace wampgate::test
