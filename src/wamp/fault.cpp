#include "wamp/fault.hpp"

#include <fmt/core.h>

namespace wampgate::wamp {

std::string_view DisplayName(Serializer serializer) {
  switch (serializer) {
    case Serializer::kJson:
      return "JSON";
    case Serializer::kMsgpack:
      return "MessagePack";
    case Serializer::kCbor:
      return "CBOR";
  }
  return "";
}

std::string DescribeMalformed(Serializer serializer, const Fault& fault, std::size_t octet) {
  return fmt::format("malformed {}: {} at octet {}", DisplayName(serializer), fault.what, octet);
}

}  // namespace wampgate::wamp
