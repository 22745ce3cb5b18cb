#pragma once

#include <memory>
#include <string>

#include "auth/authenticator.hpp"
#include "proxy/backend_search.hpp"
#include "proxy/hello.hpp"
#include "proxy/settings.hpp"

namespace wampgate::proxy {

/// What a session needs between accept and WELCOME and is freed after it.
struct Joining {
  explicit Joining(std::shared_ptr<const FrontendSettings> frontend_settings)
      : settings(std::move(frontend_settings)) {}

  std::shared_ptr<const FrontendSettings> settings;
  std::unique_ptr<auth::Authenticator> authenticator;  ///< authenticating mode
  auth::Principal principal;                           ///< authenticating mode, once accepted
  Hello hello;                                         ///< authenticating mode
  std::string hello_octets;                            ///< transparent mode: in the client's serializer
  std::unique_ptr<BackendSearch> search;
  std::shared_ptr<Backend> backend;  ///< connected, HELLO sent
  std::string authmethods;           ///< as offered, separated by commas; at most 256 octets
  bool answered = false;             ///< the backend has said something
  bool challenged = false;           ///< transparent mode: the client owes AUTHENTICATE
};

}  // namespace wampgate::proxy
