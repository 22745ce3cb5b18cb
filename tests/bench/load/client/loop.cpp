#include "client/loop.hpp"

#include <cstring>

#include "client/receiving.hpp"
#include "client/session.hpp"
#include "client/tls.hpp"

namespace load {

void on_event(Conn& c, u32 ev) {
  if (c.st == St::connecting) {
    int err = 0;
    socklen_t l = sizeof err;
    getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &err, &l);
    if (err) return fail(c, string("connect: ") + std::strerror(err));
    if (!(ev & EPOLLOUT)) return;
    if (!ep.tls) return start_protocol(c);
    tls_begin(c);
  }
  if (c.st == St::tls) {
    switch (tls_handshake(c)) {
      case Handshake::done: return start_protocol(c);
      case Handshake::failed: return fail(c, "TLS handshake failed");
      case Handshake::pending: return watch(c);
    }
  }
  if (ev & EPOLLOUT) { c.tls_wants_write = false; flush(c); if (c.fd < 0) return; }
  if (ev & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(c);
}

}  // namespace load
