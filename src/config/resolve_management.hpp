#pragma once

#include "config/management.hpp"
#include "config/resolve_context.hpp"
#include "wampgate/v1/management_config.pb.h"

namespace wampgate::config {

/// `where` is the path of `management`.
Management ResolveManagement(const v1::Management& management, const Where& where, const Context& context);

/// The same for one that Resolve has found in order.
Management ResolveManagement(const v1::Management& management, const Environment& environment);

}  // namespace wampgate::config
