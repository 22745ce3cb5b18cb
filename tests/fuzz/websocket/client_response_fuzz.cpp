// A backend may answer an upgrade with anything.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "websocket/origin.hpp"
#include "websocket/server_answer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wampgate;
  using namespace wampgate::websocket;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  ClientOptions options;
  options.subprotocols = {"wamp.2.cbor", "wamp.2.json"};
  options.deflate.emplace();
  const auto head = ParseResponseHead(octets);
  if (head.ok()) {
    WAMPGATE_CHECK(head->status >= 0 && head->status <= 999);
    const auto answer = CheckServerAnswer(*head, options, "dGhlIHNhbXBsZSBub25jZQ==");
    WAMPGATE_CHECK(!answer.ok() || head->status == 101);
  }
  const auto origin = ParseOrigin(octets);
  if (origin.ok() && !origin->is_null) {
    WAMPGATE_CHECK(MatchesOrigin({"*"}, *origin));
    WAMPGATE_CHECK(!MatchesOrigin({""}, *origin));
  }
  return 0;
}
