// The sockets of the stub router: accept, read, write, close.
#pragma once

#include "stub/connection.hpp"

namespace stub {

// Listens at tcp:ADDR:PORT or unix:PATH, or exits with status 2.
void add_listener(const string& spec);

// Takes up to 64 connections that wait at the listener.
void accept_some(const Conn& listener);

// What epoll says of a connection. False: it is to be closed.
bool on_event(Conn& c, u32 events);

void close_conn(Conn* c);

}  // namespace stub
