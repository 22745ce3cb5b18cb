#pragma once

#include <string_view>

#include "config/resolve_context.hpp"

namespace wampgate::config {

/// A realm of some router: a loose URI of at most 255 octets; anything else is an error at `where`.
void CheckRealm(std::string_view realm, const Where& where, const Context& context);

/// Crossbar's rule for the realms of its own routers (spec, appendix C).
bool IsRealmName(std::string_view text);

}  // namespace wampgate::config
