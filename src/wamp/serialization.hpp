#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/message_channel.hpp"

namespace wampgate::wamp {

enum class Serializer : std::uint8_t { kJson, kMsgpack, kCbor };
enum class Batching : std::uint8_t { kNone, kBatched };

/// How the WAMP messages of one connection are written (spec 3.1).
struct Serialization {
  Serializer serializer = Serializer::kJson;
  Batching batching = Batching::kNone;
  bool operator==(const Serialization&) const = default;
};

/// "json", "msgpack", "cbor".
std::string_view Name(Serializer serializer);
std::optional<Serializer> ParseSerializer(std::string_view name);
/// "wamp.2.json", "wamp.2.cbor.batched", ….
std::string_view Subprotocol(Serialization serialization);
/// Nothing for anything else (spec 3.2).
std::optional<Serialization> ParseSubprotocol(std::string_view subprotocol);
/// The RawSocket id: 1 JSON, 2 MessagePack, 3 CBOR (spec 3.1).
std::uint8_t RawSocketId(Serializer serializer);
std::optional<Serializer> FromRawSocketId(std::uint8_t id);
/// JSON travels as text, the others as binary.
inline MessageKind KindOf(Serializer serializer) {
  return serializer == Serializer::kJson ? MessageKind::kText : MessageKind::kBinary;
}

}  // namespace wampgate::wamp
