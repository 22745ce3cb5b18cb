#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "wamp/serialization.hpp"

namespace wampgate::rawsocket {

/// A RawSocket listener's options (spec 1.4, 3.6), defaults resolved.
struct ServerOptions {
  std::vector<wamp::Serializer> serializers{wamp::Serializer::kCbor, wamp::Serializer::kMsgpack,
                                            wamp::Serializer::kJson};
  std::size_t max_message_size = 16777216;  ///< 512…16 MiB; rounded up to a power of two
  std::chrono::milliseconds handshake_timeout{5000};
  std::chrono::milliseconds ping_interval{0};  ///< 0 = off
  std::chrono::milliseconds ping_timeout{0};   ///< 0 = off
  bool operator==(const ServerOptions&) const = default;
};

/// A RawSocket backend's options (spec 1.12).
struct ClientOptions {
  wamp::Serializer serializer = wamp::Serializer::kCbor;
  std::size_t max_message_size = 16777216;
  std::chrono::milliseconds handshake_timeout{5000};
  bool operator==(const ClientOptions&) const = default;
};

}  // namespace wampgate::rawsocket
