#include "stub/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "stub/receiving.hpp"

namespace stub {
namespace {

char g_scratch[1 << 18];

[[noreturn]] void die(const string& what) {
  std::fprintf(stderr, "wampstub: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(2);
}

// A peer that does not read does not get to send either.
constexpr size_t backlog_limit = 8u << 20;

void watch(Conn& c) {
  size_t backlog = c.out.size() - c.out_off;
  u32 want = (backlog < backlog_limit ? u32(EPOLLIN) : 0u) | (backlog ? u32(EPOLLOUT) : 0u);
  if (want == c.events) return;
  epoll_event e{};
  e.events = c.events = want, e.data.ptr = &c;
  epoll_ctl(g_ep, EPOLL_CTL_MOD, c.fd, &e);
}

bool send_some(Conn& c, const char* p, size_t n, size_t& sent) {
  sent = 0;
  while (sent < n) {
    ssize_t r = send(c.fd, p + sent, n - sent, MSG_NOSIGNAL);
    if (r < 0) return errno == EAGAIN;
    sent += size_t(r);
  }
  return true;
}

bool on_readable(Conn& c) {
  for (;;) {
    bool own = c.in.length > 0;
    char* base = own ? c.in.octets.data() : g_scratch;
    size_t have = c.in.length, cap = own ? c.in.octets.size() : sizeof g_scratch;
    ssize_t r = recv(c.fd, base + have, cap - have, 0);
    if (r < 0) return errno == EAGAIN;
    if (r == 0) return false;
    size_t room = cap - have;
    have += size_t(r);
    bool ok = true;
    size_t need, used = consume(c, base, have, need, ok);
    if (!g_out.empty()) {                              // one write per read
      size_t sent = 0;
      if (c.out.empty() && !send_some(c, g_out.data(), g_out.size(), sent)) ok = false;
      if (sent < g_out.size()) c.out.append(g_out, sent), watch(c);
      g_out.clear();
    }
    if (!ok) return false;
    c.in.keep(base + used, have - used, need);
    if (size_t(r) < room) return true;
    if (c.out.size() - c.out_off >= backlog_limit) return true;
  }
}

}  // namespace

void add_listener(const string& spec) {
  auto* c = new Conn;
  c->listener = true;
  sockaddr_storage ss{};
  socklen_t len;
  if (spec.rfind("unix:", 0) == 0) {
    auto* a = reinterpret_cast<sockaddr_un*>(&ss);
    a->sun_family = AF_UNIX, len = sizeof *a;
    string path = spec.substr(5);
    if (path.size() >= sizeof a->sun_path) errno = ENAMETOOLONG, die(path);
    std::memcpy(a->sun_path, path.data(), path.size());
    unlink(path.c_str());
  } else if (spec.rfind("tcp:", 0) == 0) {
    auto colon = spec.rfind(':');
    auto* a = reinterpret_cast<sockaddr_in*>(&ss);
    a->sin_family = AF_INET, len = sizeof *a, a->sin_port = htons(std::uint16_t(std::atoi(spec.c_str() + colon + 1)));
    if (inet_pton(AF_INET, spec.substr(4, colon - 4).c_str(), &a->sin_addr) != 1) errno = EINVAL, die(spec);
    c->tcp = true;
  } else { errno = EINVAL, die(spec); }
  c->fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int one = 1;
  setsockopt(c->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (c->tcp) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);   // inherited by accept
  if (bind(c->fd, reinterpret_cast<sockaddr*>(&ss), len) || listen(c->fd, 4096)) die(spec);
  epoll_event e{};
  e.events = EPOLLIN, e.data.ptr = c;
  epoll_ctl(g_ep, EPOLL_CTL_ADD, c->fd, &e);
}

void accept_some(const Conn& listener) {
  for (int k = 0; k < 64; k++) {
    int fd = accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) break;
    auto* d = new Conn;
    d->fd = fd, d->tcp = listener.tcp;
    g_conns++;
    epoll_event e{};
    e.events = EPOLLIN, e.data.ptr = d;
    epoll_ctl(g_ep, EPOLL_CTL_ADD, fd, &e);
  }
}

bool on_event(Conn& c, u32 events) {
  if (events & EPOLLOUT) {
    size_t sent;
    bool ok = send_some(c, c.out.data() + c.out_off, c.out.size() - c.out_off, sent);
    c.out_off += sent;
    if (c.out_off == c.out.size()) string().swap(c.out), c.out_off = 0;
    watch(c);
    if (!ok) return false;
  }
  return !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)) || on_readable(c);
}

void close_conn(Conn* c) { close(c->fd); g_conns--; delete c; }

}  // namespace stub
