#pragma once

#include <memory>

#include "proxy/settings.hpp"
#include "wamp/session_acceptor.hpp"

namespace wampgate::proxy {

/// What one WAMP endpoint of a proxy worker hands its connections to: makes a frontend session of each. The
/// mode is that of the settings' routes. Cheap; a configuration change makes a new one. Sessions do not refer
/// to it.
class Frontend final : public wamp::SessionAcceptor {
 public:
  Frontend(Runtime& runtime, std::shared_ptr<const FrontendSettings> settings);
  /// Above the session limit the client gets ABORT wamp.error.unavailable and is closed (kOverload).
  void Accept(std::unique_ptr<wamp::Link> link, wamp::TransportDetails details) override;

 private:
  Runtime& runtime_;
  std::shared_ptr<const FrontendSettings> settings_;
  std::size_t max_sessions_;
};

}  // namespace wampgate::proxy
