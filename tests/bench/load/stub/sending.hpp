// Frames of the connection's kind, appended to g_out.
#pragma once

#include "stub/connection.hpp"

namespace stub {

// A whole message of n bytes follows; op is the WebSocket opcode.
void frame_head(const Conn& c, u8 op, size_t n);

// A WAMP message, given as two pieces.
void reply(const Conn& c, string_view a, string_view b = {});

}  // namespace stub
