#include "router/message_builder.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "wamp/document.hpp"

namespace wampgate::router {
namespace {

using wamp::Serializer;

ByteBuffer& Scratch() {
  thread_local ByteBuffer buffer;
  buffer.Clear();
  return buffer;
}

enum class Container { kList, kDictionary };

/// Looks at the first octet of a well-formed value.
bool IsContainer(Serializer serializer, std::string_view value, Container container) {
  const bool list = container == Container::kList;
  const auto first = static_cast<unsigned char>(value.front());
  switch (serializer) {
    case Serializer::kJson:
      return first == (list ? '[' : '{');
    case Serializer::kCbor:
      return (first >> 5) == (list ? 4 : 5);
    case Serializer::kMsgpack:
      return list ? (first & 0xf0) == 0x90 || first == 0xdc || first == 0xdd
                  : (first & 0xf0) == 0x80 || first == 0xde || first == 0xdf;
  }
  return false;
}

}  // namespace

StatusOr<Payload> ReadPayload(Serializer serializer, const wamp::Envelope& envelope, std::size_t first) {
  Payload payload{.serializer = serializer, .args = {}, .kwargs = {}};
  if (envelope.size() > first) {
    payload.args = envelope.element(first);
    if (!IsContainer(serializer, payload.args, Container::kList)) {
      return InvalidArgument(fmt::format("Arguments in {} is not a list", wamp::Name(envelope.type())));
    }
  }
  if (envelope.size() > first + 1) {
    payload.kwargs = envelope.element(first + 1);
    if (!IsContainer(serializer, payload.kwargs, Container::kDictionary)) {
      return InvalidArgument(
          fmt::format("ArgumentsKw in {} is not a dictionary", wamp::Name(envelope.type())));
    }
  }
  return payload;
}

MessageBuilder::MessageBuilder(Serializer serializer, wamp::MessageType type, std::size_t elements)
    : serializer_(serializer), out_(Scratch()) {
  // A WAMP message has at most nine elements, so that the heads of the binary serializers take one octet.
  switch (serializer_) {
    case Serializer::kJson:
      out_.Append('[');
      break;
    case Serializer::kCbor:
      out_.Append(static_cast<char>(0x80 + elements));
      break;
    case Serializer::kMsgpack:
      out_.Append(static_cast<char>(0x90 + elements));
      break;
  }
  Id(static_cast<std::uint64_t>(type));
}

void MessageBuilder::Separate() {
  if (serializer_ == Serializer::kJson && !first_) out_.Append(',');
  first_ = false;
}

MessageBuilder& MessageBuilder::Id(std::uint64_t id) {
  return Document(nlohmann::json(id));
}

MessageBuilder& MessageBuilder::Document(const nlohmann::json& value) {
  Separate();
  wamp::WriteDocument(serializer_, value, out_);
  return *this;
}

MessageBuilder& MessageBuilder::Text(std::string_view text) {
  return Document(nlohmann::json(text));
}

wamp::TranscodeResult MessageBuilder::AppendSlice(Serializer from, std::string_view slice) {
  Separate();
  if (from == serializer_) {
    out_.Append(slice);
    return {};
  }
  return wamp::Transcode(from, slice, serializer_, out_);
}

wamp::TranscodeResult MessageBuilder::Append(const Payload& payload, std::size_t limit) {
  wamp::TranscodeResult result;
  if (!payload.args.empty()) result = AppendSlice(payload.serializer, payload.args);
  if (result.ok() && !payload.kwargs.empty()) result = AppendSlice(payload.serializer, payload.kwargs);
  const std::size_t size = out_.size() + (serializer_ == Serializer::kJson ? 1 : 0);
  if (!result.ok() || size <= limit) return result;
  return {wamp::TranscodeResult::Code::kTooLarge,
          fmt::format("{} octets are more than the {} that the receiver takes", size, limit)};
}

std::string_view MessageBuilder::Finish() {
  if (serializer_ == Serializer::kJson) out_.Append(']');
  return out_.view();
}

}  // namespace wampgate::router
