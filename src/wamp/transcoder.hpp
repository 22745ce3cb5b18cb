#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::wamp {

/// Deepest nesting that is read or written.
inline constexpr std::size_t kMaxDepth = 256;

/// The outcome of a translation.
struct TranscodeResult {
  enum class Code : unsigned char {
    kOk,
    kMalformed,      ///< the input is not what its serializer allows: the sender broke the protocol
    kUnexpressible,  ///< well-formed, but the other serializer has no word for a value in it (spec 3.4.6)
    kTooLarge,       ///< the output would be longer than `limit`
  };
  Code code = Code::kOk;
  std::string detail;  ///< what was found, and at which octet; never the payload itself
  bool ok() const { return code == Code::kOk; }
};

/// Translates one value, a whole WAMP message as a rule, from one serializer into another in one pass without
/// a document, and appends it to `out`. Exact for 64-bit integers; binary ⇄ "\u0000"+base64; big integers,
/// tags and map keys as spec table 3.4.6 with its [FIX]es. Nothing may follow the value. On failure `out` is
/// as before. Between equal serializers it validates and copies.
TranscodeResult Transcode(Serializer from, std::string_view value, Serializer to, ByteBuffer& out,
                          std::size_t limit = static_cast<std::size_t>(-1));

}  // namespace wampgate::wamp
