#include "web/validators.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "http/date.hpp"
#include "http/token_list.hpp"

namespace wampgate::web {
namespace {

enum class Comparison : std::uint8_t { kWeak, kStrong };

bool ListHolds(const http::Request& request, std::string_view name, const std::string& etag,
               Comparison comparison) {
  for (const auto& [field, value] : request.headers) {
    if (field != name) continue;
    for (std::string_view element : http::SplitList(value)) {
      if (element == "*") return true;
      if (comparison == Comparison::kWeak && element.starts_with("W/")) element.remove_prefix(2);
      if (element == etag) return true;
    }
  }
  return false;
}

}  // namespace

Precondition Evaluate(const http::Request& request, const Validators& validators) {
  if (request.Count("if-match") != 0) {
    if (!ListHolds(request, "if-match", validators.etag, Comparison::kStrong)) return Precondition::kFailed;
  } else if (const auto date = http::ParseDate(request.Header("if-unmodified-since"))) {
    if (validators.last_modified > *date) return Precondition::kFailed;
  }
  if (request.Count("if-none-match") != 0) {
    const bool is_known = ListHolds(request, "if-none-match", validators.etag, Comparison::kWeak);
    return is_known ? Precondition::kNotModified : Precondition::kProceed;
  }
  const auto date = http::ParseDate(request.Header("if-modified-since"));
  return date && validators.last_modified <= *date ? Precondition::kNotModified : Precondition::kProceed;
}

bool RangeApplies(const http::Request& request, const Validators& validators) {
  if (request.method != "GET" || request.Count("range") != 1) return false;
  if (request.Count("if-range") == 0) return true;
  const std::string_view condition = http::Trim(request.Header("if-range"));
  if (condition == validators.etag) return true;
  const auto date = http::ParseDate(condition);
  return date && *date == validators.last_modified;
}

}  // namespace wampgate::web
