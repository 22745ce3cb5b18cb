#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/status.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "net/tls_context.hpp"

namespace wampgate::net {

/// The TLS handshake on a connected stream that nobody has started yet, as server or client, as `context`
/// says. Calls `done` once, in a turn of its own, with the stream, which has no handler then and may be
/// dropped there, or with the reason: the peer was too slow, broke off, spoke no TLS, or one of both refuses
/// the other's certificate. Destroying the result cancels and drops the connection; it may be destroyed from
/// inside `done`. `peer` names the other side in messages, "the client". A timeout of 0 means none.
std::unique_ptr<Mortal> Secure(std::unique_ptr<Stream> stream, std::shared_ptr<const TlsContext> context,
                               std::chrono::milliseconds timeout, const char* peer,
                               std::function<void(StatusOr<std::unique_ptr<Stream>>)> done);

}  // namespace wampgate::net
