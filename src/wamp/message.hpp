#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::wamp {

/// WAMP message type codes.
enum class MessageType : std::uint16_t {
  kHello = 1,
  kWelcome = 2,
  kAbort = 3,
  kChallenge = 4,
  kAuthenticate = 5,
  kGoodbye = 6,
  kError = 8,
  kPublish = 16,
  kPublished = 17,
  kSubscribe = 32,
  kSubscribed = 33,
  kUnsubscribe = 34,
  kUnsubscribed = 35,
  kEvent = 36,
  kEventReceived = 337,
  kCall = 48,
  kCancel = 49,
  kResult = 50,
  kRegister = 64,
  kRegistered = 65,
  kUnregister = 66,
  kUnregistered = 67,
  kInvocation = 68,
  kInterrupt = 69,
  kYield = 70,
};

/// "HELLO", …; empty for a code WAMP does not know.
std::string_view Name(MessageType type);
/// Whether the code is one of MessageType.
bool IsKnown(std::uint64_t code);
/// Whether a client (or a router) may send the message at all.
bool IsFromClient(MessageType type);
bool IsFromRouter(MessageType type);

/// Whether a message of the type may have `size` elements after the type code (spec 3.5; Envelope::size()).
Status CheckLength(MessageType type, std::size_t size);

/// Reads nothing but the beginning of a message: that it is a list and which type code comes first. This is
/// all a relay between equal serializers looks at. Errors say what was found ("invalid WAMP message type
/// 99").
StatusOr<MessageType> PeekType(Serializer serializer, std::string_view message);

/// A message split into its elements, without decoding them: each element is a run of octets of the message,
/// in its serializer. Views stay valid as long as the message does.
class Envelope {
 public:
  static constexpr std::size_t kMaxElements = 8;

  /// Walks the whole message: structure, depth and, for JSON, syntax are checked.
  static StatusOr<Envelope> Parse(Serializer serializer, std::string_view message);

  MessageType type() const { return type_; }
  /// Elements after the type code.
  std::size_t size() const { return count_; }
  std::string_view element(std::size_t index) const { return elements_[index]; }
  /// Element as an id (0…2^53), a URI or another plain string. INVALID_ARGUMENT if it is something else.
  StatusOr<std::uint64_t> Id(std::size_t index) const;
  StatusOr<std::string> String(std::size_t index) const;

 private:
  Serializer serializer_ = Serializer::kJson;
  MessageType type_ = MessageType::kHello;
  std::size_t count_ = 0;
  std::string_view elements_[kMaxElements];
};

}  // namespace wampgate::wamp
