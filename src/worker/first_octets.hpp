#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/status.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

namespace wampgate::worker {

/// What a connection speaks, as its first octet tells (spec 1.5).
enum class Spoken : std::uint8_t {
  kRawSocket,  ///< 0x7F
  kHttp,       ///< what a request can begin with: a letter of its method, or an empty line
  kOther,      ///< MQTT, TLS where there is none, …
};
Spoken SpokenBy(char first_octet);

/// A connection that has begun to speak; none of its octets are consumed.
struct Begun {
  std::unique_ptr<net::Stream> stream;
  Spoken spoken = Spoken::kOther;
};

/// Waits for the first octet on `stream`, calls `done` once, never from inside this call. A peer that sends
/// nothing within `timeout` (0: no limit) is dropped. Destroying the returned object cancels and drops the
/// connection; it may be destroyed from inside `done`.
std::unique_ptr<net::Mortal> AwaitFirstOctet(std::unique_ptr<net::Stream> stream,
                                             std::chrono::milliseconds timeout,
                                             std::function<void(StatusOr<Begun>)> done);

}  // namespace wampgate::worker
