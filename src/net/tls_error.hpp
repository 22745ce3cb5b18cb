#pragma once

#include <string>

namespace wampgate::net {

/// What OpenSSL says of the last failure on this thread, "certificate verify failed"; empties its queue.
/// "no reason given" if it says nothing.
std::string TakeTlsError();

/// Empties the queue, so that SSL_get_error (which looks at it) tells of the next call only. Nearly free if
/// it is empty, as it is but for what a failure elsewhere has left behind.
void DropTlsErrors();

}  // namespace wampgate::net
