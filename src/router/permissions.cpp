#include "router/permissions.hpp"

namespace wampgate::router {
namespace {

/// Cuts the first component off.
std::string_view NextComponent(std::string_view& rest) {
  const auto dot = rest.find('.');
  const auto component = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  return component;
}

std::size_t Components(std::string_view uri) {
  std::size_t count = 1;
  for (const char c : uri) count += c == '.';
  return count;
}

bool CoversByComponents(std::string_view pattern, std::string_view uri) {
  std::size_t count = Components(pattern);
  if (count != Components(uri)) return false;
  for (; count > 0; --count) {
    const auto wanted = NextComponent(pattern);
    const auto found = NextComponent(uri);
    if (!wanted.empty() && wanted != found) return false;
  }
  return true;
}

}  // namespace

bool Covers(std::string_view pattern, Match match, std::string_view uri) {
  switch (match) {
    case Match::kExact:
      return pattern == uri;
    case Match::kPrefix:
      return uri.substr(0, pattern.size()) == pattern;
    case Match::kWildcard:
      return CoversByComponents(pattern, uri);
  }
  return false;
}

const Permission* Permissions::Find(std::string_view uri) const {
  const Permission* best = nullptr;
  for (const Permission& rule : rules_) {
    if (!Covers(rule.uri, rule.match, uri)) continue;
    if (best == nullptr || rule.uri.size() > best->uri.size()) best = &rule;
  }
  return best;
}

bool Permissions::Allows(Action action, std::string_view uri) const {
  const Permission* rule = Find(uri);
  if (rule == nullptr) return false;
  switch (action) {
    case Action::kCall:
      return rule->call;
    case Action::kRegister:
      return rule->register_;
    case Action::kPublish:
      return rule->publish;
    case Action::kSubscribe:
      return rule->subscribe;
  }
  return false;
}

bool Permissions::Discloses(Action action, std::string_view uri) const {
  const Permission* rule = Find(uri);
  if (rule == nullptr) return false;
  return action == Action::kCall ? rule->disclose_caller : rule->disclose_publisher;
}

}  // namespace wampgate::router
