#pragma once

#include "auth/options.hpp"
#include "config/resolve_context.hpp"
#include "net/endpoint.hpp"
#include "wampgate/v1/auth.pb.h"

namespace wampgate::config {

/// `endpoint` is where the clients come from: "anonymous-proxy" is for Unix sockets only.
auth::Options ResolveAuth(const v1::Auth& auth, const net::ListenEndpoint& endpoint, const Where& where,
                          const Context& context);

}  // namespace wampgate::config
