#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wamp/serialization.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {

/// What stopped a reader or the writer behind it. `what` is a constant text that names the thing found.
struct Fault {
  TranscodeResult::Code code = TranscodeResult::Code::kOk;
  const char* what = "";

  /// Both return false, so that a reader can `return fault.Malformed("…")`.
  bool Malformed(const char* found) { return Set(TranscodeResult::Code::kMalformed, found); }
  bool Unexpressible(const char* found) { return Set(TranscodeResult::Code::kUnexpressible, found); }
  bool TooLarge() { return Set(TranscodeResult::Code::kTooLarge, ""); }

 private:
  bool Set(TranscodeResult::Code new_code, const char* found) {
    code = new_code;
    what = found;
    return false;
  }
};

/// Sign of a big integer. As in CBOR (RFC 8949 3.4.3) a negative one of magnitude octets n means -1 - n.
enum class Sign : std::uint8_t { kPositive, kNegative };

/// "JSON", "MessagePack", "CBOR": for texts that people read.
std::string_view DisplayName(Serializer serializer);
/// "malformed JSON: <what> at octet <n>".
std::string DescribeMalformed(Serializer serializer, const Fault& fault, std::size_t octet);

}  // namespace wampgate::wamp
