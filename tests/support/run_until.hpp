#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "net/loop.hpp"

namespace wampgate::test {

/// Runs `loop` on this thread until `condition()` holds; false if that takes longer than `limit`.
template <typename Condition>
[[nodiscard]] bool RunUntil(net::Loop& loop, Condition condition,
                            std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  auto& io = loop.context();
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    if (io.stopped()) io.restart();
    io.run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

/// Runs `loop` until nothing is ready; only for states, never in place of a condition.
inline void RunReady(net::Loop& loop) {
  auto& io = loop.context();
  if (io.stopped()) io.restart();
  while (io.run_one_for(std::chrono::milliseconds(5)) > 0) {
  }
}

}  // namespace wampgate::test
