#pragma once

#include "stub/connection.hpp"

namespace stub {

// Both take the first bytes of a connection, answer into g_out and set its kind and serializer. They return the bytes
// used, 0 for "not yet"; `ok` is false if the connection is to be closed.
size_t raw_handshake(Conn& c, const char* q, size_t m, bool& ok);
size_t ws_handshake(Conn& c, string_view v, bool& ok);

}  // namespace stub
