#include "signals.hpp"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <utility>

#include "supervisor/handover.hpp"

namespace wampgate::server {

struct Signals::State {
  State(net::Loop& loop, Calls wanted)
      : set(loop.context(), SIGTERM, SIGINT, SIGHUP), calls(std::move(wanted)) {}

  void Wait() {
    set.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      Wait();
      if (signal == SIGHUP) return calls.reload();
      if (std::exchange(stopping, true)) return calls.at_once();
      calls.stop();
    });
  }

  boost::asio::signal_set set;
  Calls calls;
  bool stopping = false;
};

Signals::Signals(net::Loop& loop, Calls calls) : state_(std::make_unique<State>(loop, std::move(calls))) {
  std::signal(SIGPIPE, SIG_IGN);
  state_->Wait();
  supervisor::Handover::UnblockSignals();
}

Signals::~Signals() = default;

}  // namespace wampgate::server
