#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::test {

/// A router for tests behind the node: RawSocket on a Unix socket, one thread. It welcomes any HELLO, answers
/// CALL with its arguments, SUBSCRIBE, REGISTER and acknowledged PUBLISH, sends each PUBLISH as EVENT to the
/// subscribers of its topic, and answers GOODBYE. A script may take any message first. It never closes a
/// connection by itself.
class StubRouter {
 public:
  /// One connection, during a script's call.
  class Connection {
   public:
    explicit Connection(UniqueFd socket) : socket_(std::move(socket)) {}
    void Send(const nlohmann::json& message);
    void Close() { closing_ = true; }
    std::uint64_t session() const { return session_; }

   private:
    friend class StubRouter;
    UniqueFd socket_;
    std::string input_;
    std::string output_;
    bool opened_ = false;
    bool closing_ = false;
    wamp::Serializer serializer_ = wamp::Serializer::kJson;
    std::uint64_t session_ = 0;
    std::map<std::string, std::uint64_t> subscriptions_;  // topic → id
  };
  /// True: the message is done with. Called on the router's thread.
  using Script = std::function<bool(Connection& connection, const nlohmann::json& message)>;

  explicit StubRouter(const std::string& socket_path, int backlog = 50, Script script = nullptr);
  ~StubRouter();
  StubRouter(const StubRouter&) = delete;
  StubRouter& operator=(const StubRouter&) = delete;

  /// Connections open now, and accepted since the start.
  int open() const { return open_; }
  int accepted() const { return accepted_; }
  /// All messages received so far.
  std::vector<nlohmann::json> messages() const;
  /// A paused router leaves connections in its queue, until that is full.
  void PauseAccepting() { accepting_ = false; }
  void ResumeAccepting() { accepting_ = true; }
  /// Breaks all connections without a word.
  void DropConnections() { drop_ = true; }

 private:
  void Run();
  void Accept();
  /// False when the connection has ended.
  bool Read(Connection& connection);
  bool Decode(Connection& connection);
  void Answer(Connection& connection, const nlohmann::json& message);
  void Publish(Connection& publisher, const nlohmann::json& message);
  static bool Write(Connection& connection);

  UniqueFd listener_;
  Script script_;
  std::map<int, std::unique_ptr<Connection>> connections_;
  mutable std::mutex mutex_;
  std::vector<nlohmann::json> messages_;
  std::atomic<int> open_{0}, accepted_{0};
  std::atomic<bool> stop_{false}, drop_{false}, accepting_{true};
  std::uint64_t last_id_ = 0;
  std::thread thread_;
};

}  // namespace wampgate::test
