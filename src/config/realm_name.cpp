#include "config/realm_name.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wamp/uri.hpp"

namespace wampgate::config {
namespace {

constexpr std::size_t kLongestRealm = 255;

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsRealmCharacter(char c) {
  return IsLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '@' || c == '.';
}

}  // namespace

void CheckRealm(std::string_view realm, const Where& where, const Context& context) {
  if (!realm.empty() && realm.size() <= kLongestRealm && wamp::IsLooseUri(realm)) return;
  context.Error(where, fmt::format("expected the name of a realm (a URI of 1 to {} octets), found {}",
                                   kLongestRealm, Quote(realm)));
}

bool IsRealmName(std::string_view text) {
  const bool ethereum = text.size() == 42 && text.starts_with("0x") &&
                        text.substr(2).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  return ethereum || (text.size() >= 3 && text.size() <= kLongestRealm && IsLetter(text[0]) &&
                      std::all_of(text.begin(), text.end(), IsRealmCharacter));
}

}  // namespace wampgate::config
