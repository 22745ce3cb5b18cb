#include "client/report.hpp"

#include "client/options.hpp"
#include "client/tally.hpp"

namespace load {
namespace {

string json_escape(string_view s) {
  string o;
  for (u8 c : s) {
    if (c == '"' || c == '\\') o += '\\', o += char(c);
    else if (c < 32 || c > 126) { char b[8]; std::snprintf(b, sizeof b, "\\u%04x", c); o += b; }
    else o += char(c);
  }
  return o;
}

}  // namespace

void report(const Measured& m) {
  double s = m.seconds, n = double(std::max<u64>(tally.done, 1));
  static const char* modes[] = {"rpc", "echo", "idle", "connect"};
  static const char* sers[] = {"json", "msgpack", "cbor"};
  static const char* bodies[] = {"str", "kw", "nested"};
  std::printf("{\"label\":\"%s\",\"url\":\"%s\",\"mode\":\"%s\",\"ser\":\"%s\",\"body\":\"%s\",\"conns\":%u,\"window\":%u,\"size\":%zu,\"deflate\":%s,\"rate\":%.0f,",
              json_escape(opt.label).c_str(), json_escape(opt.url).c_str(), modes[int(opt.mode)], opt.raw ? "none" : sers[int(opt.ser)],
              bodies[int(opt.body)], opt.conns, opt.window, opt.size, opt.deflate ? "true" : "false", opt.rate);
  std::printf("\"msgs\":%llu,\"seconds\":%.3f,\"msgs_per_s\":%.1f,\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,\"mean_us\":%.1f,",
              (unsigned long long)tally.done, s, s > 0 ? double(tally.done) / s : 0.0, tally.latency.us(.5), tally.latency.us(.9), tally.latency.us(.99), tally.latency.us(.999), tally.latency.max_us(), tally.latency.mean_us());
  std::printf("\"errors\":%llu,\"first_error\":\"%s\",\"bytes_tx\":%llu,\"bytes_rx\":%llu,\"open_s\":%.3f,\"load_cpu_us_per_rt\":%.3f,\"procs\":[",
              (unsigned long long)tally.errors, json_escape(tally.first_error).c_str(), (unsigned long long)(tally.tx - m.tx_before), (unsigned long long)(tally.rx - m.rx_before), m.open_s, m.self_cpu * 1e6 / n);
  for (size_t i = 0; i < m.after.size(); i++) {
    double us = m.after[i].user - m.before[i].user, sy = m.after[i].sys - m.before[i].sys, cpu = m.after[i].cpu - m.before[i].cpu;
    std::printf("%s{\"pid\":%d,\"label\":\"%s\",\"ok\":%s,\"cpu_s\":%.6f,\"user_s\":%.3f,\"sys_s\":%.3f,\"cpu_us_per_rt\":%.3f,\"cpu_us_per_msg\":%.3f,"
                "\"rss_kib\":%ld,\"rss_before_kib\":%ld,\"rss_peak_kib\":%ld,\"kib_per_conn\":%.2f}",
                i ? "," : "", opt.pids[i].first, json_escape(opt.pids[i].second).c_str(), m.after[i].ok ? "true" : "false", cpu, us, sy,
                cpu * 1e6 / n, cpu * 5e5 / n, m.after[i].rss_kib, m.before_open[i].rss_kib, m.after[i].peak_kib,
                double(m.after[i].rss_kib - m.before_open[i].rss_kib) / opt.conns);
  }
  std::printf("]}\n");
}

}  // namespace load
