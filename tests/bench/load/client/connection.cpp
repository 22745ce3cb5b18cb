#include "client/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/tally.hpp"
#include "client/tls.hpp"

namespace load {
namespace {

std::vector<Conn*> g_dirty;

// As io_read.
ssize_t io_write(Conn& c, const char* b, size_t n) {
  if (c.ssl) return tls_write(c, b, n);
  ssize_t r = send(c.fd, b, n, MSG_NOSIGNAL);
  if (r >= 0) return r;
  return errno == EAGAIN || errno == EINTR ? -1 : -2;
}

}  // namespace

void open_conn(Conn& c) {
  c.t_open = now_ns();
  c.fd = socket(ep.addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd < 0) die(string("socket: ") + std::strerror(errno));
  if (!ep.unix_) { int one = 1; setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); }
  tally.opening++;
  c.st = St::connecting;
  if (connect(c.fd, reinterpret_cast<sockaddr*>(&ep.addr), ep.len) < 0 && errno != EINPROGRESS) {
    string why = string("connect: ") + std::strerror(errno);
    return fail(c, why);
  }
  watch(c);
}

void drop(Conn& c) {
  if (c.fd < 0) return;
  if (c.st == St::ready) tally.ready--; else if (c.st != St::closed) tally.opening--;
  if (c.ssl) tls_end(c, !opt.rst);
  if (opt.rst) { linger l{1, 0}; setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &l, sizeof l); }
  close(c.fd);
  c.fd = -1, c.st = St::closed, c.events = 0, c.tls_wants_write = false;
  c.in.length = 0, c.out.clear(), c.out_off = 0, c.frag.clear(), c.z.reset();
  c.next_id = 1, c.inflight = 0, c.acked = 0;
}

void fail(Conn& c, const string& why) {
  tally.errors++;
  if (tally.first_error.empty()) tally.first_error = why;
  drop(c);
}

void watch(Conn& c) {
  u32 want = EPOLLIN;
  if (c.st == St::connecting || c.tls_wants_write || c.out_off < c.out.size()) want |= EPOLLOUT;
  if (want == c.events) return;
  epoll_event e{};
  e.events = want, e.data.ptr = &c;
  epoll_ctl(g_ep, c.events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c.fd, &e);
  c.events = want;
}

ssize_t io_read(Conn& c, char* b, size_t n) {
  if (c.ssl) return tls_read(c, b, n);
  ssize_t r = recv(c.fd, b, n, 0);
  if (r >= 0) return r;
  return errno == EAGAIN || errno == EINTR ? -1 : -2;
}

void flush(Conn& c) {
  while (c.out_off < c.out.size()) {
    ssize_t r = io_write(c, c.out.data() + c.out_off, c.out.size() - c.out_off);
    if (r == -1) break;
    if (r <= 0) return fail(c, "write failed");
    c.out_off += size_t(r), tally.tx += u64(r);
  }
  if (c.out_off == c.out.size()) c.out.clear(), c.out_off = 0;
  watch(c);
}

void queue_flush(Conn& c) {
  if (!c.dirty) c.dirty = true, g_dirty.push_back(&c);
}

void flush_queued() {
  for (size_t i = 0; i < g_dirty.size(); i++) { Conn& c = *g_dirty[i]; c.dirty = false; if (c.fd >= 0) flush(c); }
  g_dirty.clear();
}

}  // namespace load
