#include "wamp/transcoder.hpp"

#include <fmt/core.h>

#include "wamp/cbor_reader.hpp"
#include "wamp/cbor_writer.hpp"
#include "wamp/discard_writer.hpp"
#include "wamp/json_reader.hpp"
#include "wamp/json_writer.hpp"
#include "wamp/msgpack_reader.hpp"
#include "wamp/msgpack_writer.hpp"
#include "wamp/sink.hpp"

namespace wampgate::wamp {
namespace {

using Code = TranscodeResult::Code;

/// A fault and where it is.
struct Outcome {
  Fault fault;
  std::size_t octet = 0;
};

template <class Reader>
Outcome CheckWith(std::string_view value) {
  Outcome outcome;
  Reader reader(value, outcome.fault);
  DiscardWriter discard;
  if (!reader.Begin() || !reader.Value(discard, 0) || !reader.Finish()) outcome.octet = reader.item_offset();
  return outcome;
}

Outcome Check(Serializer serializer, std::string_view value) {
  switch (serializer) {
    case Serializer::kJson:
      return CheckWith<JsonReader>(value);
    case Serializer::kMsgpack:
      return CheckWith<MsgpackReader>(value);
    case Serializer::kCbor:
      return CheckWith<CborReader>(value);
  }
  return {};
}

template <class Reader, class Writer>
Outcome Translate(std::string_view value, Sink& sink) {
  Outcome outcome;
  Reader reader(value, outcome.fault);
  Writer writer(sink, outcome.fault);
  if (!reader.Begin() || !reader.Value(writer, 0) || !reader.Finish() || !writer.Finish()) {
    outcome.octet = reader.item_offset();
  }
  return outcome;
}

template <class Reader>
Outcome TranslateFrom(std::string_view value, Serializer to, Sink& sink) {
  switch (to) {
    case Serializer::kJson:
      return Translate<Reader, JsonWriter>(value, sink);
    case Serializer::kMsgpack:
      return Translate<Reader, MsgpackWriter>(value, sink);
    case Serializer::kCbor:
      return Translate<Reader, CborWriter>(value, sink);
  }
  return {};
}

Outcome Copy(Serializer serializer, std::string_view value, ByteBuffer& out, std::size_t limit) {
  Outcome outcome = Check(serializer, value);
  if (outcome.fault.code != Code::kOk) return outcome;
  if (value.size() > limit) {
    outcome.fault.TooLarge();
  } else {
    out.Append(value);
  }
  return outcome;
}

Outcome TranslateOrCopy(Serializer from, std::string_view value, Serializer to, ByteBuffer& out,
                        std::size_t limit) {
  if (from == to) return Copy(from, value, out, limit);
  Sink sink(out, value.size() + value.size() / 2 + 64, limit);
  switch (from) {
    case Serializer::kJson:
      return TranslateFrom<JsonReader>(value, to, sink);
    case Serializer::kMsgpack:
      return TranslateFrom<MsgpackReader>(value, to, sink);
    case Serializer::kCbor:
      return TranslateFrom<CborReader>(value, to, sink);
  }
  return {};
}

}  // namespace

TranscodeResult Transcode(Serializer from, std::string_view value, Serializer to, ByteBuffer& out,
                          std::size_t limit) {
  Outcome outcome = TranslateOrCopy(from, value, to, out, limit);
  if (outcome.fault.code == Code::kOk) return {};
  if (outcome.fault.code != Code::kMalformed) {
    // The translation stopped here; a fault of the sender further on weighs more.
    const Outcome check = Check(from, value);
    if (check.fault.code == Code::kMalformed) outcome = check;
  }
  const Fault& fault = outcome.fault;
  switch (fault.code) {
    case Code::kUnexpressible:
      return {fault.code, fmt::format("{} at octet {} of {} cannot be expressed in {}", fault.what,
                                      outcome.octet, DisplayName(from), DisplayName(to))};
    case Code::kTooLarge:
      return {fault.code, fmt::format("longer than {} octets in {}", limit, DisplayName(to))};
    default:
      return {fault.code, DescribeMalformed(from, fault, outcome.octet)};
  }
}

}  // namespace wampgate::wamp
