#pragma once

#include "config/resolve_context.hpp"
#include "net/endpoint.hpp"
#include "wampgate/v1/endpoint.pb.h"

namespace wampgate::config {

/// Longest path of a Unix socket, in octets: what sockaddr_un takes with its NUL.
inline constexpr std::size_t kLongestUnixPath = 107;

net::ListenEndpoint ResolveListen(const v1::ListenEndpoint& endpoint, const Where& where,
                                  const Context& context);

/// `join_timeout` is the limit where the endpoint has none of its own.
net::ConnectEndpoint ResolveConnect(const v1::ConnectEndpoint& endpoint,
                                    std::chrono::milliseconds join_timeout, const Where& where,
                                    const Context& context);

}  // namespace wampgate::config
