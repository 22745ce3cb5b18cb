// What is counted while the load runs. All of it is for the one thread that runs the loop.
#pragma once

#include <algorithm>
#include <array>

#include "client/basics.hpp"

namespace load {

// Log-linear: 64 sub-buckets per power of two, i.e. within 1.6 % of the value.
class Histogram {
 public:
  void add(u64 ns) {
    n_++, sum_ += ns, max_ = std::max(max_, ns);
    b_[index(ns)]++;
  }
  double us(double q) const {
    if (!n_) return 0;
    u64 want = u64(q * double(n_ - 1)) + 1, seen = 0;
    for (size_t i = 0; i < b_.size(); i++)
      if ((seen += b_[i]) >= want) return double(value(i)) / 1e3;
    return double(max_) / 1e3;
  }
  double mean_us() const { return n_ ? double(sum_) / double(n_) / 1e3 : 0; }
  double max_us() const { return double(max_) / 1e3; }

 private:
  std::array<u64, 64 * 64> b_{};
  u64 n_ = 0, sum_ = 0, max_ = 0;
  static size_t index(u64 v) {
    if (v < 64) return size_t(v);
    int e = 63 - __builtin_clzll(v);            // v >= 64: e >= 6
    return size_t(e - 5) * 64 + size_t((v >> (e - 6)) & 63);
  }
  static u64 value(size_t i) {
    if (i < 64) return i;
    u64 e = i / 64 + 5;
    return ((64 + i % 64) << (e - 6)) + ((1ull << (e - 6)) >> 1);
  }
};

struct Tally {
  u32 opening = 0, ready = 0;                   // connections now
  u64 errors = 0, tx = 0, rx = 0;               // tx, rx: octets, with TLS those inside it
  u64 done = 0;                                 // round trips (connect mode: joins) while measuring
  string first_error;
  Histogram latency;                            // of those that are done
};
inline Tally tally;

struct Phase {
  bool measuring = false;                       // results count
  bool running = false;                         // an answer is followed by the next request
  bool stop = false;                            // --count is reached
};
inline Phase phase;

}  // namespace load
