#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace wampgate {

/// A growing run of octets with a read end and a write end, for output and for incomplete input.
///
/// Empty buffers own no memory. The first block is 64 KiB from a free list of the thread and goes back to it
/// as soon as the buffer is empty, so an idle connection holds nothing; `Compact` gives small remainders a
/// block of just their size. Not thread-safe; a buffer is used on the thread that made it.
class ByteBuffer {
 public:
  static constexpr std::size_t kBlock = 64 * 1024;

  ByteBuffer() = default;
  ByteBuffer(ByteBuffer&& other) noexcept;
  ByteBuffer& operator=(ByteBuffer&& other) noexcept;
  ~ByteBuffer() { Release(); }

  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }
  char* data() { return block_ + begin_; }
  const char* data() const { return block_ + begin_; }
  std::string_view view() const { return {block_ + begin_, end_ - begin_}; }

  /// Room for at least `octets` after the present end; the pointer is valid until the next change.
  /// Follow with Commit(what was written).
  char* Reserve(std::size_t octets) {
    if (capacity_ - end_ < octets) Grow(octets);
    return block_ + end_;
  }
  void Commit(std::size_t octets) { end_ += octets; }
  /// Octets that can be committed without another Reserve.
  std::size_t room() const { return capacity_ - end_; }

  void Append(std::string_view octets) {
    if (octets.empty()) return;
    std::memcpy(Reserve(octets.size()), octets.data(), octets.size());
    end_ += octets.size();
  }
  void Append(char octet) {
    *Reserve(1) = octet;
    ++end_;
  }

  /// Replaces the content with `octets` (not of this buffer), in a block of just their size.
  void Assign(std::string_view octets);

  /// Drops `octets` from the front; an emptied buffer gives its block back.
  void Consume(std::size_t octets);
  /// Cuts the buffer to its first `octets`: takes back what was appended after a mark.
  void Truncate(std::size_t octets) { end_ = begin_ + octets; }
  /// Drops the content and keeps the block.
  void Clear() { begin_ = end_ = 0; }
  /// Drops content and block.
  void Release();
  /// Moves the content into a block of just its size where that saves at least half of the present one.
  void Compact();
  std::size_t capacity() const { return capacity_; }

 private:
  void Grow(std::size_t octets);
  void MoveTo(std::size_t new_capacity);

  char* block_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace wampgate
