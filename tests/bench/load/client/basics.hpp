// The clock, the random numbers and the exit that all of the load client uses.
#pragma once

#include <time.h>

#include <cstdio>
#include <cstdlib>

#include "wire.hpp"

namespace load {

using namespace wire;

// For what the tool cannot go on without; exit status 2.
[[noreturn]] inline void die(const string& what) {
  std::fprintf(stderr, "wampload: %s\n", what.c_str());
  std::exit(2);
}

inline u64 now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return u64(t.tv_sec) * 1000000000ull + u64(t.tv_nsec);
}

// xorshift64*: masks and payload text need variety, not secrecy.
inline u64 g_rng = 0x9E3779B97F4A7C15ull;
inline u64 rnd() {
  g_rng ^= g_rng >> 12, g_rng ^= g_rng << 25, g_rng ^= g_rng >> 27;
  return g_rng * 0x2545F4914F6CDD1Dull;
}

}  // namespace load
