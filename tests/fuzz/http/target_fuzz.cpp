// Whatever the target, what is mapped to a file is a plain relative path, and escaping is undone by decoding.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "http/target.hpp"
#include "web/byte_range.hpp"
#include "web/file_tree.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wampgate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  WAMPGATE_CHECK(http::PercentDecode(http::PercentEncode(text)) == text);
  constexpr std::uint64_t kSize = 1000;
  const web::RangeRequest range = web::ReadRange(text, kSize);
  WAMPGATE_CHECK((range.kind == web::RangeRequest::Kind::kParts) == !range.parts.empty());
  for (const web::ByteRange& part : range.parts) {
    WAMPGATE_CHECK(part.length > 0 && part.first < kSize && part.length <= kSize - part.first);
  }
  const auto target = http::ParseTarget("GET", text);
  if (!target) return 0;
  const std::vector<std::string_view> segments(target->segments.begin(), target->segments.end());
  const auto path = web::MapSegments(segments);
  if (!path) return 0;
  WAMPGATE_CHECK(!path->relative.starts_with('/') && !path->relative.ends_with('/'));
  const std::string walled = "/" + path->relative + "/";
  for (const std::string_view bad : {std::string_view("/../"), std::string_view("/./"),
                                     std::string_view("\0", 1), std::string_view("\\")}) {
    WAMPGATE_CHECK(walled.find(bad) == std::string::npos);
  }
  WAMPGATE_CHECK(path->relative.empty() || walled.find("//") == std::string::npos);
  return 0;
}
