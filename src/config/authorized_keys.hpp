#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/value.hpp"

namespace wampgate::config {

/// A list of keys that a router lets in.
struct AuthorizedKeys {
  std::string path;
  bool for_proxies = false;  ///< of the method "cryptosign-proxy"
  std::vector<std::string> keys;
};

/// Every `authorized_keys` of a document.
std::vector<AuthorizedKeys> FindAuthorizedKeys(const Value& document);

/// Whether those lists let a node in: where its key is listed, or where it is missing.
std::vector<std::string> DescribeListing(const std::vector<AuthorizedKeys>& lists,
                                         std::string_view public_key);

}  // namespace wampgate::config
