#include "web/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "http/token_list.hpp"

namespace wampgate::web {
namespace {

constexpr std::size_t kMostRanges = 16;

std::optional<std::uint64_t> Number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return UINT64_MAX;  // a valid number, beyond every file
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

// One "first-last", "first-" or "-suffix"; nothing if malformed, length 0 if unsatisfiable.
std::optional<ByteRange> ReadOne(std::string_view text, std::uint64_t size) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view first_text = http::Trim(text.substr(0, dash));
  const std::string_view last_text = http::Trim(text.substr(dash + 1));
  if (first_text.empty()) {
    const std::optional<std::uint64_t> suffix = Number(last_text);
    if (!suffix) return std::nullopt;
    const std::uint64_t length = std::min(*suffix, size);
    return ByteRange{size - length, length};
  }
  const std::optional<std::uint64_t> first = Number(first_text);
  const std::optional<std::uint64_t> last = last_text.empty() ? UINT64_MAX : Number(last_text);
  if (!first || !last || *last < *first) return std::nullopt;
  if (*first >= size) return ByteRange{};
  return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace

RangeRequest ReadRange(std::string_view field, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  field = http::Trim(field);
  if (!http::EqualsIgnoringCase(field.substr(0, kUnit.size()), kUnit)) return {};
  const std::vector<std::string_view> specs = http::SplitList(field.substr(kUnit.size()));
  if (specs.empty() || specs.size() > kMostRanges) return {};
  RangeRequest request{RangeRequest::Kind::kUnsatisfiable, {}};
  std::uint64_t total = 0;
  for (const std::string_view spec : specs) {
    const std::optional<ByteRange> range = ReadOne(spec, size);
    if (!range) return {};
    if (range->length == 0) continue;
    total += range->length;
    request.parts.push_back(*range);
  }
  if (request.parts.empty()) return request;
  const bool is_more_than_whole =
      request.parts.size() > 1 && total > size;  // overlapping: somebody plays games
  if (is_more_than_whole) return {};
  request.kind = RangeRequest::Kind::kParts;
  return request;
}

bool IsAscending(const std::vector<ByteRange>& parts) {
  return std::ranges::adjacent_find(parts, [](const ByteRange& one, const ByteRange& next) {
           return next.first < one.first + one.length;
         }) == parts.end();
}

}  // namespace wampgate::web
