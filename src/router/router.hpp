#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/options.hpp"
#include "net/loop.hpp"
#include "router/options.hpp"
#include "wamp/session_acceptor.hpp"
#include "wamp/session_registry.hpp"

namespace wampgate::router {

class Realm;

/// Who the router says it is in WELCOME to proxies (spec 5.9.2).
struct Identity {
  std::string node;
  std::string worker;
  bool operator==(const Identity&) const = default;
};

/// The embedded router of one worker process: its realms. Loop's thread only; outlives its sessions.
class Router {
 public:
  Router(net::Loop& loop, wamp::SessionRegistry& sessions, Identity identity);
  ~Router();

  /// Realms that are new begin, changed ones get their new roles in place, sessions of removed ones are
  /// ended.
  void SetRealms(const std::vector<RealmOptions>& realms);

  std::shared_ptr<Realm> Find(const std::string& name) const;
  net::Loop& loop() { return loop_; }
  wamp::SessionRegistry& sessions() { return sessions_; }
  const Identity& identity() const { return identity_; }

 private:
  net::Loop& loop_;
  wamp::SessionRegistry& sessions_;
  Identity identity_;
  std::map<std::string, std::shared_ptr<Realm>, std::less<>> realms_;
};

/// Makes router sessions of the connections of one transport.
class Acceptor final : public wamp::SessionAcceptor {
 public:
  struct Settings {
    std::optional<auth::Options> auth;
    std::chrono::milliseconds hello_timeout{10000};
    /// A member that has more than a buffer's high watermark waiting and takes less than that in this time is
    /// dropped.
    std::chrono::milliseconds slow_consumer_timeout{30000};
    std::size_t max_sessions = 0;  ///< more get ABORT wamp.error.unavailable; 0: no limit but descriptors
    std::chrono::milliseconds authenticate_timeout{30000};  ///< from CHALLENGE to AUTHENTICATE
  };
  Acceptor(Router& router, Settings settings) : router_(router), settings_(std::move(settings)) {}
  void Accept(std::unique_ptr<wamp::Link> link, wamp::TransportDetails details) override;

 private:
  Router& router_;
  Settings settings_;
};

}  // namespace wampgate::router
