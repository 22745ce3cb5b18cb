#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "router/permissions.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::router {

/// A session that has joined a realm, as the broker and the dealer see it.
class Member {
 public:
  virtual std::uint64_t id() const = 0;
  virtual const std::string& authid() const = 0;
  virtual const std::string& authrole() const = 0;
  virtual wamp::Serializer serializer() const = 0;
  /// Whether its callee role announced call_canceling: it understands INTERRUPT.
  virtual bool takes_interrupt() const = 0;
  virtual const Permissions& permissions() const = 0;
  /// Octets of the longest message it takes. Who sends it something of another member's making asks first.
  virtual std::size_t max_message_size() const = 0;
  /// Sends a message that is in the member's serializer. One that the member cannot take (too long, too slow)
  /// ends the member's session, never the sender's.
  virtual void Deliver(std::string_view message) = 0;

 protected:
  ~Member() = default;
};

}  // namespace wampgate::router
