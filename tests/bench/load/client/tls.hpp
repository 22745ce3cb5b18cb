// TLS of a connection; what the peer's certificate says is not looked at.
#pragma once

#include "client/connection.hpp"

namespace load {

// Once, before the first tls_begin.
void make_tls_context();

// Puts TLS over the connected socket.
void tls_begin(Conn& c);

enum class Handshake { done, pending, failed };
Handshake tls_handshake(Conn& c);

// As io_read.
ssize_t tls_read(Conn& c, char* b, size_t n);
ssize_t tls_write(Conn& c, const char* b, size_t n);

// Takes TLS off the socket, with a close_notify if `notify`.
void tls_end(Conn& c, bool notify);

}  // namespace load
