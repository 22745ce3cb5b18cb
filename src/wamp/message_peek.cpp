#include <fmt/core.h>

#include "wamp/message.hpp"

namespace wampgate::wamp {
namespace {

/// Reads the beginning of a message: the head of the list, then an unsigned integer. Each Read… gives false
/// where the octets are something else; what exactly is told apart only for the error.
class Peeker {
 public:
  explicit Peeker(std::string_view message) : at_(message.data()), end_(at_ + message.size()) {}

  StatusOr<MessageType> Json();
  StatusOr<MessageType> Msgpack();
  StatusOr<MessageType> Cbor();

 private:
  static Status NotAList() { return InvalidArgument("WAMP message is not a list"); }
  static Status Empty() { return InvalidArgument("missing message type in WAMP message"); }
  static Status NotAnInteger() { return InvalidArgument("WAMP message type is not an integer"); }
  static StatusOr<MessageType> Known(std::uint64_t code) {
    if (IsKnown(code)) return static_cast<MessageType>(code);
    return InvalidArgument(fmt::format("invalid WAMP message type {}", code));
  }

  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  /// Next octet, -1 at the end.
  int Peek() const { return at_ == end_ ? -1 : static_cast<unsigned char>(*at_); }
  int Take() { return at_ == end_ ? -1 : static_cast<unsigned char>(*at_++); }
  void SkipWhiteSpace() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  /// A big-endian unsigned integer of `octets` octets.
  bool BigEndian(std::size_t octets, std::uint64_t& value) {
    if (left() < octets) return false;
    value = 0;
    for (std::size_t i = 0; i < octets; ++i) value = value << 8 | static_cast<unsigned char>(*at_++);
    return true;
  }
  bool CborArgument(int head, std::uint64_t& value) {
    const int info = head & 0x1F;
    if (info < 24) {
      value = static_cast<std::uint64_t>(info);
      return true;
    }
    return info <= 27 && BigEndian(std::size_t{1} << (info - 24), value);
  }

  const char* at_;
  const char* end_;
};

StatusOr<MessageType> Peeker::Json() {
  SkipWhiteSpace();
  if (Take() != '[') return NotAList();
  SkipWhiteSpace();
  if (Peek() == ']') return Empty();
  std::uint64_t code = 0;
  const char* const digits = at_;
  while (at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - digits < 10) {
    code = code * 10 + static_cast<std::uint64_t>(*at_++ - '0');
  }
  if (at_ == digits || (*digits == '0' && at_ - digits > 1)) return NotAnInteger();
  SkipWhiteSpace();
  if (Peek() != ',' && Peek() != ']') return NotAnInteger();
  return Known(code);
}

StatusOr<MessageType> Peeker::Msgpack() {
  const int head = Take();
  std::uint64_t count = 0;
  if (head >= 0x90 && head <= 0x9F) {
    count = static_cast<std::uint64_t>(head & 0x0F);
  } else if (head != 0xDC && head != 0xDD) {
    return NotAList();
  } else if (!BigEndian(head == 0xDC ? 2 : 4, count)) {
    return NotAList();
  }
  if (count == 0) return Empty();
  const int code = Take();
  if (code >= 0 && code <= 0x7F) return Known(static_cast<std::uint64_t>(code));
  std::uint64_t value = 0;
  if (code < 0xCC || code > 0xCF || !BigEndian(std::size_t{1} << (code - 0xCC), value)) return NotAnInteger();
  return Known(value);
}

StatusOr<MessageType> Peeker::Cbor() {
  if (left() >= 3 && std::string_view(at_, 3) == "\xD9\xD9\xF7")
    at_ += 3;  // self-described CBOR, RFC 8949 3.4.6
  const int head = Take();
  if (head >> 5 != 4) return NotAList();
  std::uint64_t count = 1;
  if (head == 0x9F) {
    if (Peek() == 0xFF) return Empty();
  } else if (!CborArgument(head, count)) {
    return NotAList();
  }
  if (count == 0) return Empty();
  const int code = Take();
  std::uint64_t value = 0;
  if (code < 0 || code >> 5 != 0 || !CborArgument(code, value)) return NotAnInteger();
  return Known(value);
}

}  // namespace

StatusOr<MessageType> PeekType(Serializer serializer, std::string_view message) {
  Peeker peeker(message);
  switch (serializer) {
    case Serializer::kJson:
      return peeker.Json();
    case Serializer::kMsgpack:
      return peeker.Msgpack();
    case Serializer::kCbor:
      return peeker.Cbor();
  }
  return InvalidArgument("unknown serializer");
}

}  // namespace wampgate::wamp
