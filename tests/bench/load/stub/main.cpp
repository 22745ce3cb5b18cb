// wampstub - a minimal, fast WAMP "router" to put behind a proxy under test.
//
// One thread, one epoll instance. Every listener takes WebSocket and RawSocket alike
// (the first byte tells which): a RawSocket client starts with 0x7F, anything else is
// read as an HTTP upgrade. A WebSocket without a wamp.2.* subprotocol gets its messages
// echoed. With one, and on RawSocket, the stub answers
//
//   HELLO      -> WELCOME    (any realm, any authentication)
//   CALL       -> RESULT     with the arguments of the call, byte for byte
//   SUBSCRIBE  -> SUBSCRIBED, REGISTER -> REGISTERED, PUBLISH -> PUBLISHED
//   GOODBYE    -> GOODBYE
//
// in JSON, MessagePack or CBOR. There is no routing; it exists to be cheaper than
// whatever it sits behind. No TLS, no compression.
//
// Usage:  wampstub --listen tcp:127.0.0.1:9001 --listen unix:stub.sock [--print-stats]

#include <signal.h>
#include <sys/resource.h>

#include <cstdio>

#include "stub/sockets.hpp"

namespace {

volatile sig_atomic_t g_stop = 0;

}  // namespace

int main(int argc, char** argv) {
  using namespace stub;
  signal(SIGPIPE, SIG_IGN);
  struct sigaction sa{};
  sa.sa_handler = [](int) { g_stop = 1; };
  sigaction(SIGTERM, &sa, nullptr), sigaction(SIGINT, &sa, nullptr);
  rlimit rl{200000, 200000};
  if (setrlimit(RLIMIT_NOFILE, &rl)) { getrlimit(RLIMIT_NOFILE, &rl), rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl); }
  g_ep = epoll_create1(EPOLL_CLOEXEC);
  bool stats = false, any = false;
  for (int i = 1; i < argc; i++) {
    string a = argv[i];
    if (a == "--listen" && i + 1 < argc) add_listener(argv[++i]), any = true;
    else if (a == "--print-stats") stats = true;
    else { std::fprintf(stderr, "usage: wampstub --listen tcp:ADDR:PORT|unix:PATH ... [--print-stats]\n"); return 2; }
  }
  if (!any) { std::fprintf(stderr, "wampstub: nothing to listen on\n"); return 2; }
  g_out.reserve(1 << 20);
  static epoll_event ev[512];
  while (!g_stop) {
    int n = epoll_wait(g_ep, ev, 512, -1);
    for (int i = 0; i < n; i++) {
      auto* c = static_cast<Conn*>(ev[i].data.ptr);
      if (c->listener) accept_some(*c);
      else if (!on_event(*c, ev[i].events)) close_conn(c);
    }
  }
  if (stats) std::fprintf(stderr, "wampstub: calls %llu, sessions %llu, open %llu\n", (unsigned long long)g_calls, (unsigned long long)g_session - 1, (unsigned long long)g_conns);
}
