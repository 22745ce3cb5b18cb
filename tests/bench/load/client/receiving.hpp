// From bytes to messages: the answer to the upgrade, frames of both kinds, fragments, compression.
#pragma once

#include "client/connection.hpp"

namespace load {

// Reads what is there and hands whole messages to on_message; answers pings. May fail the connection.
void on_readable(Conn& c);

}  // namespace load
