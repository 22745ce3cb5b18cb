#include "websocket/deflate.hpp"

#include <algorithm>
#include <limits>

namespace wampgate::websocket {
namespace {

/// What Z_SYNC_FLUSH ends with and senders leave out (RFC 7692 7.2.1).
constexpr std::string_view kFlushTail{"\0\0\xff\xff", 4};

constexpr std::size_t kMaxZlibInput = std::numeric_limits<uInt>::max();

Bytef* InputOf(std::string_view octets) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));  // zlib does not write to its input
}

/// Runs the compressor over `message` up to a flush point; false on an error that should not happen.
bool DeflateAll(z_stream& context, std::string_view message, ByteBuffer& out) {
  do {
    const std::string_view piece = message.substr(0, kMaxZlibInput);
    message.remove_prefix(piece.size());
    context.next_in = InputOf(piece);
    context.avail_in = static_cast<uInt>(piece.size());
    const int flush = message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
      const std::size_t room = std::max<std::size_t>(64, context.avail_in / 8);
      context.next_out = reinterpret_cast<Bytef*>(out.Reserve(room));
      context.avail_out = static_cast<uInt>(std::min(out.room(), kMaxZlibInput));
      const uInt offered = context.avail_out;
      const int result = deflate(&context, flush);
      if (result != Z_OK && result != Z_BUF_ERROR) return false;
      out.Commit(offered - context.avail_out);
    } while (context.avail_out == 0);
  } while (!message.empty());
  return true;
}

}  // namespace

bool Deflater::Compress(std::string_view message, ByteBuffer& out) {
  if (message.empty()) {  // RFC 7692 7.2.3.6
    out.Append('\0');
    return true;
  }
  if (!context_) context_ = TakeDeflateContext(parameters_.deflate_window_bits, parameters_.memory_level);
  if (!context_) return false;
  const std::size_t mark = out.size();
  if (!DeflateAll(*context_, message, out) || out.size() - mark < kFlushTail.size()) return false;
  out.Truncate(out.size() - kFlushTail.size());
  if (parameters_.deflate_no_context_takeover) context_.reset();
  return true;
}

bool Deflater::Continue(std::string_view more, ByteBuffer& out) {
  if (more.empty()) return true;
  out.Append(kFlushTail);
  return Compress(more, out);
}

Inflater::Result Inflater::Feed(std::string_view wire, ByteBuffer& out, std::size_t limit) {
  if (wire.empty()) return Result::kOk;
  if (!context_) context_ = TakeInflateContext(std::max(9, parameters_.inflate_window_bits));
  if (!context_) return Result::kNoMemory;
  while (!wire.empty()) {
    const std::string_view piece = wire.substr(0, kMaxZlibInput);
    wire.remove_prefix(piece.size());
    if (const Result result = Run(piece, out, limit); result != Result::kOk) return result;
  }
  return Result::kOk;
}

Inflater::Result Inflater::Run(std::string_view wire, ByteBuffer& out, std::size_t limit) {
  z_stream& context = *context_;
  context.next_in = InputOf(wire);
  context.avail_in = static_cast<uInt>(wire.size());
  while (true) {
    // One octet more than allowed is offered outside the limit: only it tells "full" from "too long".
    const std::size_t allowed = limit - out.size();
    char* room = out.Reserve(std::min<std::size_t>(allowed + 1, 4096));
    const std::size_t offered = std::min({out.room(), allowed + 1, kMaxZlibInput});
    context.next_out = reinterpret_cast<Bytef*>(room);
    context.avail_out = static_cast<uInt>(offered);
    const int result = inflate(&context, Z_SYNC_FLUSH);
    const std::size_t written = offered - context.avail_out;
    out.Commit(std::min(written, allowed));
    if (written > allowed) return Result::kTooLong;
    if (result == Z_STREAM_END) {
      // A final block does not end the message (RFC 7692 7.2.3.4); what follows may refer to what came
      // before.
      inflateResetKeep(&context);
    } else if (result == Z_BUF_ERROR) {
      return Result::kOk;  // nothing left to do: input used up
    } else if (result == Z_MEM_ERROR) {
      return Result::kNoMemory;
    } else if (result != Z_OK) {
      return Result::kBroken;
    }
    if (context.avail_in == 0 && context.avail_out != 0) return Result::kOk;
  }
}

Inflater::Result Inflater::Finish(ByteBuffer& out, std::size_t limit) {
  const Result result = Feed(kFlushTail, out, limit);
  if (result != Result::kOk) return result;
  // Bit 7: between two blocks; the low bits: octets are used up to their last bit (zlib.h, inflate,
  // data_type).
  const bool at_block_end = (context_->data_type & 0x80) != 0 && (context_->data_type & 0x1f) == 0;
  if (parameters_.inflate_no_context_takeover) context_.reset();
  return at_block_end ? Result::kOk : Result::kBroken;
}

}  // namespace wampgate::websocket
