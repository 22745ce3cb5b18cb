#include "wamp/document.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "wamp/cbor_reader.hpp"
#include "wamp/cbor_writer.hpp"
#include "wamp/document_builder.hpp"
#include "wamp/json_reader.hpp"
#include "wamp/json_writer.hpp"
#include "wamp/msgpack_reader.hpp"
#include "wamp/msgpack_writer.hpp"

namespace wampgate::wamp {
namespace {

using Json = nlohmann::json;

template <class Reader>
StatusOr<Json> ReadWith(Serializer serializer, std::string_view message) {
  Fault fault;
  Reader reader(message, fault);
  DocumentBuilder builder(fault);
  if (!reader.Begin() || !reader.Value(builder, 0) || !reader.Finish()) {
    return InvalidArgument(DescribeMalformed(serializer, fault, reader.item_offset()));
  }
  return builder.Take();
}

std::string_view OctetsOf(const Json::binary_t& binary) {
  return {reinterpret_cast<const char*>(binary.data()), binary.size()};
}

template <class Writer>
bool Write(const Json& value, Writer& writer);

template <class Writer>
bool WriteContainer(const Json& value, Writer& writer) {
  if (value.is_array()) {
    if (!writer.BeginList(value.size())) return false;
    for (const Json& element : value) {
      if (!Write(element, writer)) return false;
    }
    return writer.EndList();
  }
  if (!writer.BeginMap(value.size())) return false;
  for (const auto& [key, element] : value.get_ref<const Json::object_t&>()) {
    if (!writer.KeyText(key) || !Write(element, writer)) return false;
  }
  return writer.EndMap();
}

template <class Writer>
bool Write(const Json& value, Writer& writer) {
  switch (value.type()) {
    case Json::value_t::boolean:
      return writer.Boolean(value.get<bool>());
    case Json::value_t::number_unsigned:
      return writer.Unsigned(value.get<std::uint64_t>());
    case Json::value_t::number_integer: {
      const auto number = static_cast<std::uint64_t>(value.get<std::int64_t>());
      return value.get<std::int64_t>() < 0 ? writer.Negative(~number) : writer.Unsigned(number);
    }
    case Json::value_t::number_float: {
      const double number = value.get<double>();
      if (std::is_same_v<Writer, JsonWriter> && !std::isfinite(number)) return writer.Null();
      return writer.Double(number);
    }
    case Json::value_t::string:
      return writer.AnyText(value.get_ref<const std::string&>());
    case Json::value_t::binary:
      return writer.Binary(OctetsOf(value.get_binary()));
    case Json::value_t::array:
    case Json::value_t::object:
      return WriteContainer(value, writer);
    default:
      return writer.Null();
  }
}

template <class Writer>
void WriteWith(const Json& document, ByteBuffer& out) {
  constexpr std::size_t kExpected = 256;
  constexpr auto kUnlimited = static_cast<std::size_t>(-1);
  Fault fault;
  Sink sink(out, kExpected, kUnlimited);
  Writer writer(sink, fault);
  if (Write(document, writer)) writer.Finish();
}

}  // namespace

StatusOr<Json> ReadDocument(Serializer serializer, std::string_view message) {
  switch (serializer) {
    case Serializer::kJson:
      return ReadWith<JsonReader>(serializer, message);
    case Serializer::kMsgpack:
      return ReadWith<MsgpackReader>(serializer, message);
    case Serializer::kCbor:
      return ReadWith<CborReader>(serializer, message);
  }
  return InvalidArgument("unknown serializer");
}

void WriteDocument(Serializer serializer, const Json& document, ByteBuffer& out) {
  switch (serializer) {
    case Serializer::kJson:
      return WriteWith<JsonWriter>(document, out);
    case Serializer::kMsgpack:
      return WriteWith<MsgpackWriter>(document, out);
    case Serializer::kCbor:
      return WriteWith<CborWriter>(document, out);
  }
}

std::string WriteDocument(Serializer serializer, const Json& document) {
  ByteBuffer out;
  WriteDocument(serializer, document, out);
  return std::string(out.view());
}

}  // namespace wampgate::wamp
