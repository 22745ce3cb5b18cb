#pragma once

#include <string>

#include "config/resolve_context.hpp"
#include "proxy/options.hpp"
#include "wampgate/v1/path.pb.h"

namespace wampgate::config {

/// A path of type `websocket-reverseproxy`; `name` is its resource name.
proxy::TunnelOptions ResolveTunnel(const v1::WebSocketReverseProxyPath& path, const std::string& name,
                                   const Where& where, const Context& context);

}  // namespace wampgate::config
