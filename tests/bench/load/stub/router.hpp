#pragma once

#include "stub/connection.hpp"

namespace stub {

// Answers one message into g_out: echo, or WAMP. False: the connection is not worth keeping.
bool on_message(Conn& c, const char* data, size_t n);

}  // namespace stub
