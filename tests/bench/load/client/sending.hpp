// Messages in frames of the endpoint's kind, WebSocket or RawSocket. They are appended to c.out; flush or queue_flush
// sends them.
#pragma once

#include "client/connection.hpp"

namespace load {

// One message, given as two pieces.
void send_message(Conn& c, string_view a, string_view b);

// A WebSocket control frame: 8 close, 9 ping, 10 pong.
void send_control(Conn& c, u8 op, string_view body);

// The next request, its latency counted from t (ns); queued to be flushed.
void send_request(Conn& c, u64 t);

}  // namespace load
