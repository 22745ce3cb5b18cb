// The event loop.
#pragma once

#include <sys/epoll.h>

#include <algorithm>

#include "client/connection.hpp"

namespace load {

// What epoll says of a connection that is open.
void on_event(Conn& c, u32 events);

// Runs the event loop until `until` (ns) or until done() says so. tick(now) is called once per turn, does what is due and
// returns when it wants to be called next (ns; ~0 for whenever).
template <class Done, class Tick>
void run(u64 until, Done done, Tick tick) {
  static epoll_event ev[1024];
  for (;;) {
    u64 t = now_ns();
    if (t >= until || done()) return;
    u64 wake = std::min<u64>(until, tick(t));
    flush_queued();
    t = now_ns();
    u64 d = wake > t ? wake - t : 0;
    d = std::min<u64>(d, 100000000);
    timespec ts{time_t(d / 1000000000), long(d % 1000000000)};
    int n = opt.rate ? epoll_pwait2(g_ep, ev, 1024, &ts, nullptr) : epoll_wait(g_ep, ev, 1024, int(d / 1000000) + (d ? 1 : 0));
    for (int i = 0; i < n; i++) { auto& c = *static_cast<Conn*>(ev[i].data.ptr); if (c.fd >= 0) on_event(c, ev[i].events); }
    flush_queued();
  }
}

}  // namespace load
