#include "websocket/mask.hpp"

#include <sys/random.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/check.hpp"

namespace wampgate::websocket {
namespace {

static_assert(std::endian::native == std::endian::little, "rotating the key assumes little endian");

/// The key as it applies to an octet at `phase` and those after it, twice.
std::uint64_t WideKey(std::uint32_t key, std::size_t phase) {
  const std::uint32_t turned = std::rotr(key, static_cast<int>(8 * (phase & 3)));
  return static_cast<std::uint64_t>(turned) << 32 | turned;
}

/// Keys are drawn 1 KiB at a time: one system call per 256 frames.
class KeyPool {
 public:
  std::uint32_t Next() {
    if (used_ == keys_.size()) Fill();
    return keys_[used_++];
  }

 private:
  void Fill() {
    auto* out = reinterpret_cast<char*>(keys_.data());
    std::size_t missing = sizeof keys_;
    while (missing > 0) {
      const ssize_t got = ::getrandom(out + (sizeof keys_ - missing), missing, 0);
      WAMPGATE_CHECK(got > 0 || errno == EINTR);
      if (got > 0) missing -= static_cast<std::size_t>(got);
    }
    used_ = 0;
  }

  std::array<std::uint32_t, 256> keys_{};
  std::size_t used_ = 256;
};

}  // namespace

void CopyMasked(char* to, const char* from, std::size_t count, std::uint32_t key, std::size_t phase) {
  const std::uint64_t wide = WideKey(key, phase);
  std::size_t at = 0;
  for (; at + 32 <= count; at += 32) {  // a block that compilers turn into vector instructions
    std::uint64_t words[4];
    std::memcpy(words, from + at, 32);
    for (auto& word : words) word ^= wide;
    std::memcpy(to + at, words, 32);
  }
  for (; at + 8 <= count; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, from + at, 8);
    word ^= wide;
    std::memcpy(to + at, &word, 8);
  }
  for (; at < count; ++at) to[at] = static_cast<char>(from[at] ^ static_cast<char>(wide >> (8 * (at & 3))));
}

void ApplyMask(char* octets, std::size_t count, std::uint32_t key, std::size_t phase) {
  CopyMasked(octets, octets, count, key, phase);
}

std::uint32_t RandomMaskKey() {
  static thread_local KeyPool pool;
  return pool.Next();
}

}  // namespace wampgate::websocket
