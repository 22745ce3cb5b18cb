#include "wamp/batch.hpp"

#include <cstdint>

#include "base/check.hpp"

namespace wampgate::wamp {
namespace {

constexpr char kSent = '\x18';       // what all implementations use
constexpr char kSpecified = '\x1E';  // what the WAMP specification says
constexpr std::string_view kDelimiters("\x18\x1E", 2);
constexpr std::size_t kLengthOctets = 4;

std::size_t ReadLength(std::string_view octets) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthOctets; ++i)
    length = length << 8 | static_cast<unsigned char>(octets[i]);
  return length;
}

Status CheckJson(std::string_view payload) {
  if (payload.back() != kSent && payload.back() != kSpecified) {
    return InvalidArgument("batch does not end with a delimiter: its last message is cut off");
  }
  for (std::size_t begin = 0; begin < payload.size();) {
    const std::size_t end = payload.find_first_of(kDelimiters, begin);
    if (end == begin) return InvalidArgument("batch holds an empty message");
    begin = end + 1;
  }
  return OkStatus();
}

Status CheckBinary(std::string_view payload) {
  while (!payload.empty()) {
    if (payload.size() < kLengthOctets) return InvalidArgument("batch ends inside the length of a message");
    const std::size_t length = ReadLength(payload);
    payload.remove_prefix(kLengthOctets);
    if (length == 0) return InvalidArgument("batch holds an empty message");
    if (length > payload.size()) return InvalidArgument("batch ends inside a message");
    payload.remove_prefix(length);
  }
  return OkStatus();
}

}  // namespace

Status SplitBatch(Serializer serializer, std::string_view payload,
                  const std::function<bool(std::string_view)>& each) {
  if (payload.empty()) return InvalidArgument("batch is empty");
  if (serializer == Serializer::kJson) {
    WAMPGATE_RETURN_IF_ERROR(CheckJson(payload));
    for (std::size_t begin = 0; begin < payload.size();) {
      const std::size_t end = payload.find_first_of(kDelimiters, begin);
      if (!each(payload.substr(begin, end - begin))) break;
      begin = end + 1;
    }
    return OkStatus();
  }
  WAMPGATE_RETURN_IF_ERROR(CheckBinary(payload));
  while (!payload.empty()) {
    const std::size_t length = ReadLength(payload);
    if (!each(payload.substr(kLengthOctets, length))) break;
    payload.remove_prefix(kLengthOctets + length);
  }
  return OkStatus();
}

void AppendToBatch(Serializer serializer, std::string_view message, ByteBuffer& out) {
  if (serializer == Serializer::kJson) {
    out.Append(message);
    out.Append(kSent);
    return;
  }
  WAMPGATE_CHECK(message.size() <= UINT32_MAX);
  for (int shift = 24; shift >= 0; shift -= 8) out.Append(static_cast<char>(message.size() >> shift & 0xFF));
  out.Append(message);
}

}  // namespace wampgate::wamp
