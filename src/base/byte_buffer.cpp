#include "base/byte_buffer.hpp"

#include <array>
#include <new>
#include <utility>

#include "base/check.hpp"

namespace wampgate {
namespace {

/// Blocks of ByteBuffer::kBlock that wait for the next buffer of the thread: at most 64 (4 MiB).
class FreeBlocks {
 public:
  ~FreeBlocks() {
    closed_ = true;
    while (count_ > 0) ::operator delete(blocks_[--count_]);
  }
  char* Take() {
    return count_ > 0 ? blocks_[--count_] : static_cast<char*>(::operator new(ByteBuffer::kBlock));
  }
  void Give(char* block) {
    if (closed_ || count_ == blocks_.size()) {
      ::operator delete(block);
    } else {
      blocks_[count_++] = block;
    }
  }

 private:
  std::array<char*, 64> blocks_;
  std::size_t count_ = 0;
  bool closed_ = false;  // buffers of static lifetime may outlive the list
};

thread_local FreeBlocks free_blocks;

char* Allocate(std::size_t octets) {
  return octets == ByteBuffer::kBlock ? free_blocks.Take() : static_cast<char*>(::operator new(octets));
}

void Free(char* block, std::size_t octets) {
  if (octets == ByteBuffer::kBlock) {
    free_blocks.Give(block);
  } else {
    ::operator delete(block);
  }
}

}  // namespace

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : block_(std::exchange(other.block_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  if (this == &other) return *this;
  Release();
  block_ = std::exchange(other.block_, nullptr);
  capacity_ = std::exchange(other.capacity_, 0);
  begin_ = std::exchange(other.begin_, 0);
  end_ = std::exchange(other.end_, 0);
  return *this;
}

void ByteBuffer::Assign(std::string_view octets) {
  Release();
  if (octets.empty()) return;
  block_ = Allocate(octets.size());
  capacity_ = octets.size();
  Append(octets);
}

void ByteBuffer::Consume(std::size_t octets) {
  WAMPGATE_CHECK(octets <= size());
  begin_ += octets;
  if (begin_ == end_) Release();
}

void ByteBuffer::Release() {
  if (block_ != nullptr) Free(block_, capacity_);
  block_ = nullptr;
  capacity_ = begin_ = end_ = 0;
}

void ByteBuffer::Compact() {
  if (empty()) return Release();
  if (size() * 2 <= capacity_) MoveTo(size());
}

void ByteBuffer::Grow(std::size_t octets) {
  const std::size_t needed = size() + octets;
  // Moving to the front costs at most three octets for each one consumed since the last time.
  if (needed <= capacity_ && begin_ >= capacity_ / 4) {
    std::memmove(block_, block_ + begin_, size());
    end_ -= begin_;
    begin_ = 0;
    return;
  }
  std::size_t wanted = kBlock;
  while (wanted < needed || wanted <= capacity_) wanted *= 2;
  MoveTo(wanted);
}

void ByteBuffer::MoveTo(std::size_t new_capacity) {
  char* block = Allocate(new_capacity);
  const std::size_t octets = size();
  if (octets > 0) std::memcpy(block, data(), octets);
  Release();
  block_ = block;
  capacity_ = new_capacity;
  end_ = octets;
}

}  // namespace wampgate
