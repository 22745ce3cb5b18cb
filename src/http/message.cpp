#include "http/message.hpp"

#include <algorithm>

namespace wampgate::http {

std::string_view Request::Header(std::string_view name) const {
  const auto it =
      std::find_if(headers.begin(), headers.end(), [&](const auto& field) { return field.first == name; });
  return it == headers.end() ? std::string_view{} : std::string_view(it->second);
}

std::size_t Request::Count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const auto& field) { return field.first == name; }));
}

std::vector<std::string_view> Request::Rest() const {
  std::vector<std::string_view> rest;
  for (std::size_t i = consumed; i < segments.size(); ++i) rest.emplace_back(segments[i]);
  return rest;
}

}  // namespace wampgate::http
