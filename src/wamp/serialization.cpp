#include "wamp/serialization.hpp"

#include "base/check.hpp"

namespace wampgate::wamp {
namespace {

struct Row {
  Serializer serializer;
  std::string_view name;
  std::string_view plain;
  std::string_view batched;
  std::uint8_t rawsocket_id;
};

constexpr Row kRows[] = {
    {Serializer::kJson, "json", "wamp.2.json", "wamp.2.json.batched", 1},
    {Serializer::kMsgpack, "msgpack", "wamp.2.msgpack", "wamp.2.msgpack.batched", 2},
    {Serializer::kCbor, "cbor", "wamp.2.cbor", "wamp.2.cbor.batched", 3},
};

const Row& RowOf(Serializer serializer) {
  const auto index = static_cast<std::size_t>(serializer);
  WAMPGATE_CHECK(index < std::size(kRows));
  return kRows[index];
}

}  // namespace

std::string_view Name(Serializer serializer) {
  return RowOf(serializer).name;
}

std::optional<Serializer> ParseSerializer(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.serializer;
  }
  return std::nullopt;
}

std::string_view Subprotocol(Serialization serialization) {
  const Row& row = RowOf(serialization.serializer);
  return serialization.batching == Batching::kBatched ? row.batched : row.plain;
}

std::optional<Serialization> ParseSubprotocol(std::string_view subprotocol) {
  for (const Row& row : kRows) {
    if (row.plain == subprotocol) return Serialization{row.serializer, Batching::kNone};
    if (row.batched == subprotocol) return Serialization{row.serializer, Batching::kBatched};
  }
  return std::nullopt;
}

std::uint8_t RawSocketId(Serializer serializer) {
  return RowOf(serializer).rawsocket_id;
}

std::optional<Serializer> FromRawSocketId(std::uint8_t id) {
  for (const Row& row : kRows) {
    if (row.rawsocket_id == id) return row.serializer;
  }
  return std::nullopt;
}

}  // namespace wampgate::wamp
