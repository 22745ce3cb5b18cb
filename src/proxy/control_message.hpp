#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "wamp/message.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::proxy {

/// `[3, {"message": text}, uri]`; no `message` if the text is empty.
nlohmann::json MakeAbort(std::string_view uri, std::string_view text);
/// `[6, {"message": text}, uri]`.
nlohmann::json MakeGoodbye(std::string_view uri, std::string_view text);
/// With `retry_after` in the details: seconds that the client is asked to stay away; 0: none.
nlohmann::json MakeGoodbye(std::string_view uri, std::string_view text, std::uint32_t retry_after);

/// What ABORT and GOODBYE say.
struct Parting {
  std::string uri;
  std::string text;
};
/// INVALID_ARGUMENT if it is not `[type, dict, string…]`.
StatusOr<Parting> ReadParting(wamp::Serializer serializer, std::string_view message);

/// What is to be known of a WELCOME. Details stay as they came.
struct Welcome {
  std::uint64_t session = 0;
  nlohmann::json details;
  /// A detail that is a string, else empty.
  std::string Detail(const char* key) const;
};
StatusOr<Welcome> ReadWelcome(wamp::Serializer serializer, std::string_view message);

}  // namespace wampgate::proxy
