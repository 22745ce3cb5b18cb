#pragma once

#include <vector>

#include "client/basics.hpp"
#include "client/processes.hpp"

namespace load {

// What was measured, besides the tally. `before` and `after` are the two ends of the measured time; what is of it stays
// 0 or empty if the connections did not come up.
struct Measured {
  double open_s = 0, seconds = 0, self_cpu = 0;
  u64 tx_before = 0, rx_before = 0;             // as tally.tx, tally.rx
  std::vector<ProcSample> before_open, before, after;  // of the processes of --pid, in their order
};

// Prints it as one line of JSON. Its vocabulary:
//   msgs            completed request/response pairs ("round trips") in the window
//   cpu_us_per_rt   CPU microseconds of a process per round trip
//   cpu_us_per_msg  half of that: a relay handles two messages per round trip
void report(const Measured& m);

}  // namespace load
