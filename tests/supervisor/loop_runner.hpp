#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

#include "net/loop.hpp"

namespace wampgate::supervisor {

/// Runs the loop until `done` holds, asked every millisecond; fails after `deadline`.
inline void RunUntil(net::Loop& loop, const std::function<bool()>& done,
                     std::chrono::seconds deadline = std::chrono::seconds(30)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  boost::asio::steady_timer timer(loop.context());
  std::function<void()> check = [&] {
    if (done() || std::chrono::steady_clock::now() > end) return loop.Stop();
    timer.expires_after(std::chrono::milliseconds(1));
    timer.async_wait([&](const boost::system::error_code&) { loop.Post(check); });
  };
  loop.Post(check);
  loop.Run();
  EXPECT_TRUE(done()) << "not within " << deadline.count() << " s";
}

}  // namespace wampgate::supervisor
