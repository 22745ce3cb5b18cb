#include "web/own_path.hpp"

#include <string_view>
#include <vector>

namespace wampgate::web {

bool IsOwnPath(const http::Request& request) {
  const std::vector<std::string_view> rest = request.Rest();
  return rest.empty() || (request.at_level_root && rest.size() == 1 && rest.front().empty());
}

}  // namespace wampgate::web
