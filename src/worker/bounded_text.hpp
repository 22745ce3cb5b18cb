#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wampgate::worker {

/// At most `most` octets of valid UTF-8; what was cut off shows as "…". For what clients and routers have
/// said.
std::string BoundedText(std::string_view text, std::size_t most);

}  // namespace wampgate::worker
