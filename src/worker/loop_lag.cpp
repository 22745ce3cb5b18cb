#include "worker/loop_lag.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace wampgate::worker {
namespace {

constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

struct LoopLag::State {
  explicit State(net::Loop& loop) : timer(loop.context()) {}

  static void Arm(const std::shared_ptr<State>& state) {
    state->timer.expires_after(kInterval);
    state->timer.async_wait([weak = std::weak_ptr(state)](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (error || self == nullptr) return;
      self->samples.Add(std::chrono::steady_clock::now() - self->timer.expiry());
      Arm(self);
    });
  }

  boost::asio::steady_timer timer;
  LatencyHistogram samples;
};

LoopLag::LoopLag(net::Loop& loop) : state_(std::make_shared<State>(loop)) {
  State::Arm(state_);
}

LoopLag::~LoopLag() = default;

const LatencyHistogram& LoopLag::samples() const {
  return state_->samples;
}

}  // namespace wampgate::worker
