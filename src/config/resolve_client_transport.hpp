#pragma once

#include "config/resolve_context.hpp"
#include "proxy/options.hpp"
#include "wampgate/v1/backend.pb.h"

namespace wampgate::config {

/// Without id and name.
proxy::BackendOptions ResolveClientTransport(const v1::ClientTransport& transport, const Where& where,
                                             const Context& context);

}  // namespace wampgate::config
