#pragma once

#include <zlib.h>

#include <memory>

namespace wampgate::websocket {

/// Gives a context back to the thread's pool, or frees it when the pool is full.
struct DeflateContextRelease {
  void operator()(z_stream* context) const;
};
struct InflateContextRelease {
  void operator()(z_stream* context) const;
};
using DeflateContext = std::unique_ptr<z_stream, DeflateContextRelease>;
using InflateContext = std::unique_ptr<z_stream, InflateContextRelease>;

/// A raw deflate context in its initial state, from the thread's pool where one of this size waits: a
/// compressor of the default size costs 268 KiB and 20 µs to make. Null if there is no memory.
DeflateContext TakeDeflateContext(int window_bits, int memory_level);
/// A raw inflate context in its initial state. Null if there is no memory.
InflateContext TakeInflateContext(int window_bits);

}  // namespace wampgate::websocket
