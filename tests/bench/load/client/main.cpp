// wampload - closed- and open-loop load generator for WAMP and WebSocket endpoints.
//
// One thread, one epoll instance, non-blocking sockets. It opens N connections to
// one endpoint and then runs one of four modes:
//
//   rpc      CALL -> RESULT, at most W calls in flight per connection
//   echo     opaque WebSocket messages, the peer is expected to echo them (no WAMP)
//   idle     hold N established connections for T seconds
//   connect  open, (TLS,) upgrade, HELLO/WELCOME, close; over and over
//
// and prints exactly one JSON line on stdout. With --pid it also accounts the CPU
// time and resident memory of other processes (normally the proxy under test) over
// exactly the measured window, so that figures of several proxies can be compared
// even on a machine that is shared with other work.
//
// Everything here is a test tool: the WAMP encoders know only what the tool sends,
// the decoders look only at the message type and the request id.

#include <signal.h>
#include <sys/resource.h>

#include "client/loop.hpp"
#include "client/report.hpp"
#include "client/sending.hpp"
#include "client/tally.hpp"
#include "client/tls.hpp"
#include "client/wamp.hpp"

namespace load {
namespace {

void raise_file_limit() {
  rlimit rl{opt.conns + 256, opt.conns + 256}, cur;
  getrlimit(RLIMIT_NOFILE, &cur);
  if (cur.rlim_cur < rl.rlim_cur) {
    rl.rlim_max = std::max(rl.rlim_max, cur.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &rl)) die("cannot raise the limit of open files");
  }
}

std::vector<ProcSample> sample_pids() {
  std::vector<ProcSample> s;
  for (auto& p : opt.pids) s.push_back(sample(p.first));
  return s;
}

// Opens what all modes but connect keep; counts an error if not all came up.
void open_all() {
  size_t next = 0;
  run(now_ns() + u64(opt.open_timeout * 1e9), [&] { return tally.ready == opt.conns || tally.errors; },
      [&](u64) -> u64 { while (next < g_conn.size() && tally.opening < opt.open_parallel) open_conn(g_conn[next++]); return ~0ull; });
  if (tally.ready != opt.conns && !tally.errors) tally.errors++, tally.first_error = "not all connections came up in time";
}

// Sends the requests of the open loop when they are due, round robin.
class Schedule {
 public:
  // When the next one is due, ~0 if it waits for a window.
  u64 send_due(u64 t) {
    while (due_ <= double(t)) {
      size_t tried = 0;
      while (tried++ < g_conn.size()) {
        Conn& c = g_conn[next_++ % g_conn.size()];
        if (c.fd >= 0 && c.inflight < opt.window) { send_request(c, u64(due_)); due_ += interval_; tried = 0; break; }
      }
      if (tried) break;                         // all windows full: stays due, latency grows
    }
    return due_ <= double(t) ? ~0ull : u64(due_) + 1;
  }

 private:
  double interval_ = opt.rate ? 1e9 / opt.rate : 0, due_ = double(now_ns());
  size_t next_ = 0;
};

// Warms up, then measures.
void measure(Measured& m) {
  phase.running = opt.mode == Mode::rpc || opt.mode == Mode::echo;
  Schedule schedule;
  auto tick = [&](u64 t) -> u64 {
    if (opt.mode == Mode::connect) { for (auto& c : g_conn) if (c.fd < 0) open_conn(c); return ~0ull; }
    if (!phase.running || !opt.rate) return ~0ull;
    return schedule.send_due(t);
  };
  auto dead = [&] { return phase.stop || (opt.mode != Mode::connect && tally.ready < opt.conns); };
  if (phase.running && !opt.rate)
    for (auto& c : g_conn) for (u32 i = 0; i < opt.window; i++) send_request(c, now_ns());
  if (opt.warmup > 0) run(now_ns() + u64(opt.warmup * 1e9), dead, tick);
  m.before = sample_pids();
  double self0 = self_cpu();
  m.tx_before = tally.tx, m.rx_before = tally.rx;
  if (opt.mode == Mode::connect) tally.errors = 0, tally.first_error.clear();
  phase.measuring = true;
  u64 t0 = now_ns();
  run(t0 + u64(opt.seconds * 1e9), dead, tick);
  m.seconds = double(now_ns() - t0) / 1e9;
  phase.measuring = false;
  m.self_cpu = self_cpu() - self0;
  m.after = sample_pids();
}

}  // namespace
}  // namespace load

int main(int argc, char** argv) {
  using namespace load;
  signal(SIGPIPE, SIG_IGN);
  parse_args(argc, argv);
  raise_file_limit();
  if (ep.tls) make_tls_context();
  g_ep = epoll_create1(EPOLL_CLOEXEC);
  encode_messages();
  g_conn = std::vector<Conn>(opt.conns);

  Measured m;
  m.before_open = sample_pids();
  u64 t = now_ns();
  if (opt.mode != Mode::connect) open_all();
  m.open_s = double(now_ns() - t) / 1e9;
  if (opt.mode == Mode::connect || !tally.errors) measure(m);
  report(m);
  return tally.errors ? 1 : 0;
}
