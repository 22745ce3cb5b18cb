#include "websocket/zlib_contexts.hpp"

#include <cstdint>
#include <vector>

namespace wampgate::websocket {
namespace {

/// `z_stream::reserved` is the application's: it remembers with what a context was made.
std::uint32_t Shape(int window_bits, int memory_level) {
  return static_cast<std::uint32_t>(window_bits) << 8 | static_cast<std::uint32_t>(memory_level);
}

using Reset = int (*)(z_stream*);
using End = int (*)(z_stream*);

/// Idle contexts of one kind and thread.
template <End kEnd>
class Pool {
 public:
  static constexpr std::size_t kMost = 8;
  ~Pool() {
    for (z_stream* context : free_) Destroy(context);
    closed_ = true;
  }
  z_stream* Take(std::uint32_t shape) {
    for (auto& context : free_) {
      if (context->reserved != shape) continue;
      z_stream* found = context;
      context = free_.back();
      free_.pop_back();
      return found;
    }
    return nullptr;
  }
  void Give(z_stream* context) {
    if (closed_ || free_.size() >= kMost) {
      Destroy(context);
    } else {
      free_.push_back(context);
    }
  }

 private:
  static void Destroy(z_stream* context) {
    kEnd(context);
    delete context;
  }
  std::vector<z_stream*> free_;
  bool closed_ = false;  // contexts of static lifetime may outlive the pool
};

thread_local Pool<deflateEnd> deflate_pool;
thread_local Pool<inflateEnd> inflate_pool;

}  // namespace

void DeflateContextRelease::operator()(z_stream* context) const {
  deflate_pool.Give(context);
}
void InflateContextRelease::operator()(z_stream* context) const {
  inflate_pool.Give(context);
}

DeflateContext TakeDeflateContext(int window_bits, int memory_level) {
  const std::uint32_t shape = Shape(window_bits, memory_level);
  if (z_stream* pooled = deflate_pool.Take(shape)) {
    deflateReset(pooled);
    return DeflateContext(pooled);
  }
  auto made = std::make_unique<z_stream>();
  if (deflateInit2(made.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return nullptr;
  }
  made->reserved = shape;
  return DeflateContext(made.release());
}

InflateContext TakeInflateContext(int window_bits) {
  const std::uint32_t shape = Shape(window_bits, 0);
  if (z_stream* pooled = inflate_pool.Take(shape)) {
    inflateReset(pooled);
    return InflateContext(pooled);
  }
  auto made = std::make_unique<z_stream>();
  if (inflateInit2(made.get(), -window_bits) != Z_OK) return nullptr;
  made->reserved = shape;
  return InflateContext(made.release());
}

}  // namespace wampgate::websocket
