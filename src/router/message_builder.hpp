#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "wamp/message.hpp"
#include "wamp/serialization.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::router {

/// The application payload of a message, as it came: Arguments and ArgumentsKw in the sender's serializer,
/// empty if absent. Views into the received message.
struct Payload {
  wamp::Serializer serializer = wamp::Serializer::kJson;
  std::string_view args;
  std::string_view kwargs;
  std::size_t elements() const { return kwargs.empty() ? (args.empty() ? 0 : 1) : 2; }
};

/// The payload elements of `envelope` from `first` on. INVALID_ARGUMENT unless Arguments is a list and
/// ArgumentsKw a dictionary.
StatusOr<Payload> ReadPayload(wamp::Serializer serializer, const wamp::Envelope& envelope, std::size_t first);

/// Writes one message in one serializer, element by element; the payload is translated if it came in another.
class MessageBuilder {
 public:
  /// `elements` counts the type code. The message is built in a buffer of the thread, valid until the next
  /// builder.
  MessageBuilder(wamp::Serializer serializer, wamp::MessageType type, std::size_t elements);

  MessageBuilder& Id(std::uint64_t id);
  MessageBuilder& Document(const nlohmann::json& value);
  MessageBuilder& Text(std::string_view text);
  /// Up to two elements, the last of the message, which may be `limit` octets long. A failure leaves the
  /// message unusable.
  wamp::TranscodeResult Append(const Payload& payload, std::size_t limit = static_cast<std::size_t>(-1));

  std::string_view Finish();

 private:
  void Separate();
  wamp::TranscodeResult AppendSlice(wamp::Serializer from, std::string_view slice);
  const wamp::Serializer serializer_;
  ByteBuffer& out_;
  bool first_ = true;
};

}  // namespace wampgate::router
