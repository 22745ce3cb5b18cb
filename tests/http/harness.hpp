#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "http/server.hpp"
#include "net/loop.hpp"

namespace wampgate::test {

/// A response as a client sees it.
struct Answer {
  int status = 0;
  std::string head;                                ///< with the status line
  std::multimap<std::string, std::string> fields;  ///< lower-case names
  std::string body;
  std::string Field(const std::string& name) const;  ///< the first, or empty
};

enum class BodyOf : unsigned char { kResponse, kHead };

/// A client's end of a TCP connection, driven by the test between the loop's turns.
class Client {
 public:
  explicit Client(UniqueFd socket) : socket_(std::move(socket)) {}
  /// Queues octets; they go out as the socket takes them.
  void Send(std::string_view octets) { unsent_ += octets; }
  /// Writes and reads what is possible now.
  void Pump();
  /// Takes the first complete response from what was received; false if there is none yet.
  bool TakeAnswer(Answer& answer, BodyOf body = BodyOf::kResponse);
  void ShutdownWrite();
  void Close() { socket_.Reset(); }

  int fd() const { return socket_.get(); }
  bool ended() const { return ended_; }  ///< FIN received
  bool was_reset() const { return was_reset_; }
  std::string received;

 private:
  UniqueFd socket_;
  std::string unsent_;
  bool ended_ = false;
  bool was_reset_ = false;
};

/// Runs the work of services on the loop itself, later; may refuse, or hold it back.
class LoopOffload final : public http::Offload {
 public:
  explicit LoopOffload(net::Loop& loop) : loop_(loop) {}
  bool Run(std::function<void()> work, std::function<void()> done) override;
  bool is_full = false;
  std::size_t runs = 0;

 private:
  net::Loop& loop_;
};

/// Calls a function for each request.
class FunctionService final : public http::Service {
 public:
  using Function = std::function<void(http::Request, std::shared_ptr<http::Responder>)>;
  explicit FunctionService(Function function) : function_(std::move(function)) {}
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override {
    function_(std::move(request), std::move(responder));
  }

 private:
  Function function_;
};

/// A server and the loop it runs on.
class Harness {
 public:
  Harness();
  /// Before the first Connect.
  void Serve(std::shared_ptr<http::Service> root) { root_ = std::move(root); }
  void Serve(FunctionService::Function function) {
    Serve(std::make_shared<FunctionService>(std::move(function)));
  }

  std::unique_ptr<Client> Connect(http::Security security = http::Security::kPlain);
  http::Server& server();
  void DropServer() { server_.reset(); }
  std::shared_ptr<const http::Site> MakeSite() const;

  /// Runs the loop and pumps `client` until `condition()`; false after 10 s.
  bool Until(Client& client, const std::function<bool()>& condition);
  /// The next response; status 0 if none comes.
  Answer Next(Client& client, BodyOf body = BodyOf::kResponse);
  /// Sends a request on a new connection and returns the response.
  Answer Ask(std::string_view request, BodyOf body = BodyOf::kResponse);
  Answer Get(const std::string& target, const std::string& more_fields = "");
  Answer Head(const std::string& target, const std::string& more_fields = "");

  net::Loop loop;
  LoopOffload offload{loop};
  http::ServerOptions options;

 private:
  UniqueFd listener_;
  std::shared_ptr<http::Service> root_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace wampgate::test
