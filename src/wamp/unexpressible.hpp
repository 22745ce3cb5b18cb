#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wamp/message.hpp"
#include "wamp/serialization.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {

/// A message that could not be handed on: its translation failed, or it is longer than the receiver takes.
struct Undelivered {
  enum class Sender : std::uint8_t { kClient, kRouter };

  Sender sender = Sender::kClient;
  Serializer from = Serializer::kJson;  ///< the sender's
  Serializer to = Serializer::kJson;    ///< the receiver's; may be the same when the message is too large
  std::string_view message;             ///< in the sender's serializer
  TranscodeResult failure;              ///< not kOk
};

/// What a relay does instead (design 5): what the other side cannot be told is answered, never swallowed.
struct Remedy {
  enum class Kind : std::uint8_t {
    kReply,       ///< an ERROR to the sender
    kReplace,     ///< another message to the receiver in its place, and at times one to the sender
    kDrop,        ///< nobody waits for it: count it, log once per session
    kEndSession,  ///< ABORT to the client and the end of both sides
  };
  Kind kind = Kind::kDrop;
  /// Whole messages in the serializer of whom they go to; empty: none.
  std::string to_sender;
  std::string to_receiver;
  /// The request that ended with this although its sender may go on sending for it (a progressive call), 0 if
  /// none: give it to EndedRequests.
  std::uint64_t ended_request = 0;
  /// For the log and for people: "EVENT was not delivered: undefined at octet 20 of CBOR cannot be …".
  std::string text;
};

Remedy RemedyFor(const Undelivered& undelivered);

/// Requests that were answered in their sender's place while it was still sending: further RESULT or YIELD
/// messages of theirs must not reach the receiver, which is done with them. One of these per direction and
/// session; costs nothing while it is empty.
class EndedRequests {
 public:
  static constexpr std::size_t kMax = 64;  ///< the oldest is forgotten

  void Add(std::uint64_t request);
  bool empty() const { return requests_.empty(); }
  /// Whether the message (RESULT or ERROR of a CALL from a router, YIELD or ERROR of an INVOCATION from a
  /// client) belongs to one of them and is to be swallowed. Forgets the request with its last message.
  bool Swallows(Serializer serializer, std::string_view message);

 private:
  std::vector<std::uint64_t> requests_;
};

}  // namespace wampgate::wamp
