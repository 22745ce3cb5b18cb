#pragma once

#include <vector>

#include "config/resolve_context.hpp"
#include "router/options.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// The realms of a router worker; `where` is that of the worker.
std::vector<router::RealmOptions> ResolveRealms(const v1::RouterWorker& worker, const Where& where,
                                                const Context& context);

/// The name of a realm, "$NAME" replaced. Unset: an error, and the text as it is.
std::string RealmName(const v1::Realm& realm, const Where& where, const Context& context);

}  // namespace wampgate::config
