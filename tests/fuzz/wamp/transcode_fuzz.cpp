// The first octet chooses the serializers, the rest is the message.
#include "fuzz/wamp/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using wampgate::wamp::Serializer;
  constexpr Serializer kSerializers[] = {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor};
  if (size == 0) return 0;
  const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);
  wampgate::fuzz::CheckRoundTrip(kSerializers[data[0] % 3], message, kSerializers[data[0] / 3 % 3]);
  return 0;
}
