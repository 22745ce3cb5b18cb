#include "worker/bounded_text.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace wampgate::worker {
namespace {

constexpr std::string_view kCut = "…";

}  // namespace

std::string BoundedText(std::string_view text, std::size_t most) {
  const bool too_long = text.size() > most;
  if (too_long) text = CutAtCharacter(text, most - kCut.size());
  std::string bounded(text);
  if (!IsUtf8(bounded)) {
    std::replace_if(bounded.begin(), bounded.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  }
  if (too_long) bounded += kCut;
  return bounded;
}

}  // namespace wampgate::worker
