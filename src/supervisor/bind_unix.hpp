#pragma once

#include "base/fd.hpp"
#include "base/status.hpp"
#include "net/endpoint.hpp"

namespace wampgate::supervisor {

/// Binds a Unix socket with the mode its settings say. A socket file that nobody listens on any more is
/// replaced; any other file, and a socket somebody listens on, is an error.
StatusOr<UniqueFd> BindUnix(const net::UnixListen& settings);
void ChangeMode(const net::UnixListen& settings);

}  // namespace wampgate::supervisor
