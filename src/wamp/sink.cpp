#include "wamp/sink.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace wampgate::wamp {
namespace {

/// Room is asked for in small amounts that are not all used, so growing stops this much behind the limit.
constexpr std::size_t kSlack = 64;

}  // namespace

Sink::~Sink() {
  if (old_size_ == 0 && committed_ == 0) {
    out_.Release();  // a buffer without content has no block
  } else {
    out_.Truncate(old_size_ + committed_);
  }
}

bool Sink::Grow(std::size_t octets) {
  const std::size_t size = written();
  const std::size_t needed = size + patched_ + octets;
  if (needed > kSlack && needed - kSlack > limit_) return false;
  out_.Truncate(old_size_);
  out_.Commit(size);  // moves along when the buffer grows
  const std::size_t more = std::max(octets, size + kSlack);
  at_ = out_.Reserve(more);
  begin_ = at_ - size;
  end_ = at_ + more;
  return true;
}

void Sink::PatchHead(std::size_t position, std::string_view octets) {
  WAMPGATE_CHECK(octets.size() <= sizeof(Patch::octets));
  Patch& patch = patches_.emplace_back(Patch{position, static_cast<std::uint8_t>(octets.size()), {}});
  std::memcpy(patch.octets, octets.data(), octets.size());
  patched_ += octets.size() - 1;
}

void Sink::InsertPatches() {
  std::sort(patches_.begin(), patches_.end(),
            [](const Patch& left, const Patch& right) { return left.position < right.position; });
  // From the back: each octet moves once, straight to its place.
  std::size_t end = written();
  std::size_t shift = patched_;
  at_ += shift;
  for (std::size_t i = patches_.size(); i-- > 0;) {
    const Patch& patch = patches_[i];
    const std::size_t tail = patch.position + 1;
    std::memmove(begin_ + tail + shift, begin_ + tail, end - tail);
    shift -= patch.size - std::size_t{1};
    std::memcpy(begin_ + patch.position + shift, patch.octets, patch.size);
    end = patch.position;
  }
}

bool Sink::Keep() {
  if (!patches_.empty()) {
    if (!Need(patched_)) return false;
    InsertPatches();
  }
  if (written() > limit_) return false;
  out_.Truncate(old_size_);
  out_.Commit(written());
  committed_ = written();
  return true;
}

}  // namespace wampgate::wamp
