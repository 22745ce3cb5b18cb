#include "config/authorized_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wampgate::config {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

void Find(const Value& value, const Where& where, bool for_proxies, std::vector<AuthorizedKeys>& found) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const Value& item = value.items[i];
    if (!value.is_object()) {
      Find(item, where.Index(i), for_proxies, found);
      continue;
    }
    const std::string& key = value.keys[i].text;
    const Where at = where.Key(key);
    if (key != "authorized_keys" || !item.is_list()) {
      Find(item, at, for_proxies || key == "cryptosign-proxy", found);
      continue;
    }
    AuthorizedKeys list{at.text(), for_proxies, {}};
    for (const Value& one : item.items) list.keys.push_back(Lower(one.text));
    found.push_back(std::move(list));
  }
}

}  // namespace

std::vector<AuthorizedKeys> FindAuthorizedKeys(const Value& document) {
  std::vector<AuthorizedKeys> found;
  Find(document, {}, false, found);
  return found;
}

std::vector<std::string> DescribeListing(const std::vector<AuthorizedKeys>& lists,
                                         std::string_view public_key) {
  std::vector<std::string> lines;
  for (const AuthorizedKeys& list : lists) {
    const bool listed = std::find(list.keys.begin(), list.keys.end(), public_key) != list.keys.end();
    if (listed) lines.push_back(list.path + " lists it");
  }
  if (!lines.empty()) return lines;
  for (const AuthorizedKeys& list : lists) {
    if (list.for_proxies)
      lines.push_back(list.path + " does not list it: add it, if this node is to join there");
  }
  if (lines.empty()) {
    lines.push_back("no router in this file asks for it (no authorized_keys under \"cryptosign-proxy\")");
  }
  return lines;
}

}  // namespace wampgate::config
