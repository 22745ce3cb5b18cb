#include <fmt/core.h>

#include "wamp/cbor_reader.hpp"
#include "wamp/discard_writer.hpp"
#include "wamp/json_reader.hpp"
#include "wamp/message.hpp"
#include "wamp/msgpack_reader.hpp"

namespace wampgate::wamp {
namespace {

/// Takes one number or text out of an element; anything else is left out.
struct ScalarWriter : DiscardWriter {
  using KeyWriter = ScalarWriter&;
  static constexpr bool kDiscards = false;

  bool Unsigned(std::uint64_t value) {
    is_unsigned = true;
    number = value;
    return true;
  }
  bool Text(std::string_view value) {
    is_text = true;
    text = value;
    return true;
  }

  bool BeginList(std::uint64_t) { return false; }
  bool BeginMap(std::uint64_t) { return false; }
  bool OpenList(std::size_t&) { return false; }
  bool OpenMap(std::size_t&) { return false; }

  bool is_unsigned = false;
  bool is_text = false;
  std::uint64_t number = 0;
  std::string text;
};

template <class Reader>
void ReadScalarWith(std::string_view element, ScalarWriter& scalar) {
  Fault fault;  // elements have been checked by Parse
  Reader reader(element, fault);
  reader.Value(scalar, 0);
}

ScalarWriter ReadScalar(Serializer serializer, std::string_view element) {
  ScalarWriter scalar;
  switch (serializer) {
    case Serializer::kJson:
      ReadScalarWith<JsonReader>(element, scalar);
      break;
    case Serializer::kMsgpack:
      ReadScalarWith<MsgpackReader>(element, scalar);
      break;
    case Serializer::kCbor:
      ReadScalarWith<CborReader>(element, scalar);
      break;
  }
  return scalar;
}

struct Elements {
  std::size_t count = 0;  // with the type code
  std::string_view views[Envelope::kMaxElements + 1];
};

template <class Reader>
bool Walk(Reader& reader, Fault& fault, Elements& elements) {
  ListCursor list;
  DiscardWriter discard;
  if (!reader.Begin() || !reader.EnterList(list)) return false;
  for (bool has_element = false; reader.NextElement(list, has_element);) {
    if (!has_element) return reader.Finish();
    const char* const begin = reader.position();
    if (!reader.Value(discard, 1)) return false;
    if (elements.count == std::size(elements.views))
      return fault.Malformed("more elements than any WAMP message has");
    elements.views[elements.count++] =
        std::string_view(begin, static_cast<std::size_t>(reader.position() - begin));
  }
  return false;
}

template <class Reader>
Status WalkWith(Serializer serializer, std::string_view message, Elements& elements) {
  Fault fault;
  Reader reader(message, fault);
  if (Walk(reader, fault, elements)) return OkStatus();
  return InvalidArgument(DescribeMalformed(serializer, fault, reader.item_offset()));
}

Status WalkMessage(Serializer serializer, std::string_view message, Elements& elements) {
  switch (serializer) {
    case Serializer::kJson:
      return WalkWith<JsonReader>(serializer, message, elements);
    case Serializer::kMsgpack:
      return WalkWith<MsgpackReader>(serializer, message, elements);
    case Serializer::kCbor:
      return WalkWith<CborReader>(serializer, message, elements);
  }
  return InvalidArgument("unknown serializer");
}

}  // namespace

StatusOr<Envelope> Envelope::Parse(Serializer serializer, std::string_view message) {
  WAMPGATE_ASSIGN_OR_RETURN(const MessageType type, PeekType(serializer, message));
  Elements elements;
  WAMPGATE_RETURN_IF_ERROR(WalkMessage(serializer, message, elements));
  Envelope envelope;
  envelope.serializer_ = serializer;
  envelope.type_ = type;
  envelope.count_ = elements.count - 1;  // PeekType has found the type code
  for (std::size_t i = 0; i < envelope.count_; ++i) envelope.elements_[i] = elements.views[i + 1];
  return envelope;
}

StatusOr<std::uint64_t> Envelope::Id(std::size_t index) const {
  constexpr std::uint64_t kLargest = std::uint64_t{1} << 53;
  if (index >= count_) return InvalidArgument(fmt::format("{} without element {}", Name(type_), index + 2));
  const ScalarWriter scalar = ReadScalar(serializer_, elements_[index]);
  if (scalar.is_unsigned && scalar.number <= kLargest) return scalar.number;
  return InvalidArgument(
      fmt::format("element {} of {} is not an id (an integer from 0 to 2^53)", index + 2, Name(type_)));
}

StatusOr<std::string> Envelope::String(std::size_t index) const {
  if (index >= count_) return InvalidArgument(fmt::format("{} without element {}", Name(type_), index + 2));
  ScalarWriter scalar = ReadScalar(serializer_, elements_[index]);
  if (scalar.is_text) return std::move(scalar.text);
  return InvalidArgument(fmt::format("element {} of {} is not a string", index + 2, Name(type_)));
}

}  // namespace wampgate::wamp
