#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "websocket/deflate_parameters.hpp"
#include "websocket/zlib_contexts.hpp"

namespace wampgate::websocket {

/// Compresses one connection's messages (RFC 7692 7.2.1). Holds a zlib context only from the first message on
/// and, without context takeover, only during a message.
class Deflater {
 public:
  explicit Deflater(const DeflateParameters& parameters) : parameters_(parameters) {}

  /// Appends the message's wire payload: raw deflate, flushed, without the final 00 00 FF FF. False: no
  /// memory.
  [[nodiscard]] bool Compress(std::string_view message, ByteBuffer& out);
  /// Appends more of a message whose last octets are the end of `out` (written by Compress or Continue): the
  /// flush marker goes back in between. Only with context takeover or before the context was released.
  [[nodiscard]] bool Continue(std::string_view more, ByteBuffer& out);

  /// Gives the context's memory back. The next message refers to nothing before it, which peers cannot
  /// notice.
  void Release() { context_.reset(); }
  bool holds_context() const { return context_ != nullptr; }
  bool can_continue() const { return !parameters_.deflate_no_context_takeover; }

 private:
  DeflateParameters parameters_;
  DeflateContext context_;
};

/// Decompresses one connection's messages (RFC 7692 7.2.2). Holds a zlib context from the first message on;
/// without context takeover only during a message.
class Inflater {
 public:
  enum class Result : std::uint8_t {
    kOk,
    kTooLong,  ///< the output would pass the limit; what fits is there
    kBroken,   ///< not deflate data; what came before the error is there
    kNoMemory,
  };

  explicit Inflater(const DeflateParameters& parameters) : parameters_(parameters) {}

  /// Appends what `wire` inflates to. `out` never gets longer than `limit` octets.
  Result Feed(std::string_view wire, ByteBuffer& out, std::size_t limit);
  /// The message is over: puts back the 00 00 FF FF that the sender removed. kBroken if it ends inside a
  /// block.
  Result Finish(ByteBuffer& out, std::size_t limit);

 private:
  Result Run(std::string_view wire, ByteBuffer& out, std::size_t limit);

  DeflateParameters parameters_;
  InflateContext context_;
};

}  // namespace wampgate::websocket
