#include "client/processes.hpp"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace load {

ProcSample sample(int pid) {
  ProcSample s;
  char path[64], buf[4096];
  std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
  if (FILE* f = std::fopen(path, "r")) {
    size_t n = std::fread(buf, 1, sizeof buf - 1, f);
    buf[n] = 0;
    std::fclose(f);
    if (char* p = std::strrchr(buf, ')')) {     // fields 14 and 15, comm may hold spaces
      unsigned long ut = 0, st = 0;
      if (std::sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ut, &st) == 2) {
        double hz = double(sysconf(_SC_CLK_TCK));
        s.user = double(ut) / hz, s.sys = double(st) / hz, s.cpu = s.user + s.sys, s.ok = true;
      }
    }
  }
  clockid_t clock;
  timespec t;
  if (!clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &t)) s.cpu = double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
  std::snprintf(path, sizeof path, "/proc/%d/status", pid);
  if (FILE* f = std::fopen(path, "r")) {
    while (std::fgets(buf, sizeof buf, f)) {
      std::sscanf(buf, "VmRSS: %ld", &s.rss_kib);
      std::sscanf(buf, "VmHWM: %ld", &s.peak_kib);
    }
    std::fclose(f);
  }
  return s;
}

double self_cpu() {
  rusage r;
  getrusage(RUSAGE_SELF, &r);
  auto s = [](timeval t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
  return s(r.ru_utime) + s(r.ru_stime);
}

}  // namespace load
