#pragma once

#include <string>

namespace wampgate::net {

/// What OpenSSL says of the last failure on this thread, "certificate verify failed"; empties its queue.
/// "no reason given" if it says nothing.
std::string TakeTlsError();

}  // namespace wampgate::net
