#pragma once

#include <string_view>
#include <vector>

namespace wampgate::http {

/// ASCII only.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
/// Without spaces and tabs at both ends.
std::string_view Trim(std::string_view text);
/// The elements of a comma-separated field value, trimmed, without empty ones. Commas in quoted strings do
/// not part.
std::vector<std::string_view> SplitList(std::string_view value);

}  // namespace wampgate::http
