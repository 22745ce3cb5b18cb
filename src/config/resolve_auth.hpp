#pragma once

#include "auth/options.hpp"
#include "config/resolve_context.hpp"
#include "net/endpoint.hpp"
#include "wampgate/v1/auth.pb.h"
#include "wampgate/v1/transport.pb.h"

namespace wampgate::config {

/// `endpoint` is where the clients come from: "anonymous-proxy" is for Unix sockets only.
auth::Options ResolveAuth(const v1::Auth& auth, const net::ListenEndpoint& endpoint, const Where& where,
                          const Context& context);

/// Puts the values of environment variables in the place of tickets that name one, for processes whose
/// environment is another.
void ReplaceTicketVariables(v1::Transport& transport, const Context& context);

}  // namespace wampgate::config
