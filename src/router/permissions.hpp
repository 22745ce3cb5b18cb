#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "router/options.hpp"

namespace wampgate::router {

enum class Action : std::uint8_t { kCall, kRegister, kPublish, kSubscribe };

/// What one role may do (spec appendix G): of the rules that cover a URI the one with the longest pattern
/// decides; no rule means no.
class Permissions {
 public:
  explicit Permissions(std::vector<Permission> rules) : rules_(std::move(rules)) {}

  bool Allows(Action action, std::string_view uri) const;
  /// Whether the identity of the caller or publisher is added to INVOCATION or EVENT.
  bool Discloses(Action action, std::string_view uri) const;

 private:
  const Permission* Find(std::string_view uri) const;
  std::vector<Permission> rules_;
};

/// Whether `uri` is covered by `pattern`: equal; beginning with it; or equal component by component, where
/// empty components of the pattern stand for any one.
bool Covers(std::string_view pattern, Match match, std::string_view uri);

}  // namespace wampgate::router
