#pragma once

#include <functional>
#include <memory>

#include "net/loop.hpp"

namespace wampgate::server {

/// Turns signals into calls on the loop's thread.
class Signals {
 public:
  struct Calls {
    std::function<void()> stop;     ///< the first SIGTERM or SIGINT
    std::function<void()> at_once;  ///< every further one
    std::function<void()> reload;   ///< SIGHUP
  };
  Signals(net::Loop& loop, Calls calls);
  ~Signals();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wampgate::server
