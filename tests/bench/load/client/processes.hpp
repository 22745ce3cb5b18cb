// CPU time and memory of this process and of others.
#pragma once

namespace load {

// `cpu` comes from the CPU clock of the process (utime + stime, but exact to the
// microsecond); the split into user and sys comes from /proc/PID/stat in clock ticks.
struct ProcSample { double cpu = 0, user = 0, sys = 0; long rss_kib = 0, peak_kib = 0; bool ok = false; };

// Of the process as it is now; `ok` is false if there is none.
ProcSample sample(int pid);

// CPU seconds of this process so far.
double self_cpu();

}  // namespace load
