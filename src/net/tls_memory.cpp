#include "net/tls_memory.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace wampgate::net {
namespace {

/// The sizes of OpenSSL's record buffers: 16 KiB and what a record adds. All get kBlock, to be alike.
constexpr std::size_t kSmallestBuffer = 16 * 1024;
constexpr std::size_t kBlock = 18 * 1024;

/// One to read and one to write, of the thread that has asked for it.
thread_local bool keeps = false;
thread_local std::array<void*, 2> kept{};

/// OPENSSL_free does not say how large a block is. The allocator may have rounded it up.
bool IsBlock(void* block) {
  const std::size_t usable = ::malloc_usable_size(block);
  return usable >= kBlock && usable < kBlock + 64;
}

void* Allocate(std::size_t size, const char*, int) {
  if (size == 0) return nullptr;  // as OpenSSL's own does
  if (size < kSmallestBuffer || size > kBlock) return std::malloc(size);
  for (void*& block : kept) {
    if (block != nullptr) return std::exchange(block, nullptr);
  }
  return std::malloc(kBlock);
}

void* Reallocate(void* block, std::size_t size, const char*, int) {
  return std::realloc(block, size);
}

void Free(void* block, const char*, int) {
  if (keeps && block != nullptr && IsBlock(block)) {
    for (void*& place : kept) {
      if (place != nullptr) continue;
      place = block;
      return;
    }
  }
  std::free(block);
}

}  // namespace

bool KeepTlsBuffers() {
  if (CRYPTO_set_mem_functions(Allocate, Reallocate, Free) != 1) return false;
  keeps = true;
  return true;
}

}  // namespace wampgate::net
