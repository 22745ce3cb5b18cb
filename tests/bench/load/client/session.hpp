// What happens to a connection between transport and close: upgrade, HELLO and WELCOME, requests and their answers.
#pragma once

#include "client/connection.hpp"

namespace load {

// The transport is up: sends the first bytes of ours.
void start_protocol(Conn& c);

// The upgrade is answered: what comes next, by mode.
void after_upgrade(Conn& c);

// A whole message has come in.
void on_message(Conn& c, const char* p, size_t n);

}  // namespace load
