#include "web/accept_encoding.hpp"

#include <algorithm>
#include <optional>

#include "http/token_list.hpp"

namespace wampgate::web {
namespace {

/// "q=0", "q=0.", "q=0.000": not acceptable.
bool IsRefusal(std::string_view parameters) {
  const std::size_t at = parameters.find_first_of("qQ");
  if (at == std::string_view::npos) return false;
  std::string_view weight = http::Trim(parameters.substr(at + 1));
  if (!weight.starts_with('=')) return false;
  weight = http::Trim(weight.substr(1));
  return weight.starts_with('0') && weight.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

bool AcceptsGzip(const http::Request& request) {
  std::optional<bool> named, any;
  for (const auto& [field, value] : request.headers) {
    if (field != "accept-encoding") continue;
    for (const std::string_view element : http::SplitList(value)) {
      const std::size_t end = std::min(element.find(';'), element.size());
      const std::string_view coding = http::Trim(element.substr(0, end));
      const bool accepted = !IsRefusal(element.substr(end));
      if (http::EqualsIgnoringCase(coding, "gzip") || http::EqualsIgnoringCase(coding, "x-gzip"))
        named = accepted;
      if (coding == "*") any = accepted;
    }
  }
  return named.value_or(any.value_or(false));
}

}  // namespace wampgate::web
