#include "net/loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "net/poller.hpp"

namespace wampgate::net {
namespace asio = boost::asio;

namespace {
// Handlers that keep producing output or corpses for each other must not keep the loop from its sockets.
constexpr int kMaxRounds = 16;
}  // namespace

struct Loop::State {
  std::optional<asio::io_context> io{std::in_place, 1};
  std::optional<asio::steady_timer> tick{std::in_place, *io};
  bool tick_armed = false;
};

Loop::Loop()
    : read_buffer_(std::make_unique_for_overwrite<char[]>(kReadHeadroom + kReadBuffer + kReadSlack)),
      state_(std::make_unique<State>()),
      poller_(std::make_unique<Poller>(*this)) {
  timers_.OnFirst([this] { ArmTick(); });
}

Loop::~Loop() {
  timers_.OnFirst(nullptr);
  DeleteQueued();
  // Handlers that die with the io_context may own streams, which leave the Poller; the Poller's own
  // descriptor must leave the io_context before it goes.
  poller_->Detach();
  state_->tick.reset();
  state_->io.reset();
  dead_.clear();
}

void Loop::Run() {
  state_->io->restart();
  const auto work = asio::make_work_guard(*state_->io);
  state_->io->run();
}

void Loop::Stop() {
  Post([this] { state_->io->stop(); });
}

void Loop::Post(std::function<void()> work) {
  asio::post(*state_->io, [this, work = std::move(work)] {
    poller_->PostRun();
    Turn(work);
  });
  poller_->PostQueued();
}

asio::io_context& Loop::context() {
  asio_has_work_ = true;
  return *state_->io;
}

char* Loop::sealed_buffer() {
  if (!sealed_buffer_) sealed_buffer_ = std::make_unique_for_overwrite<char[]>(kReadBuffer);
  return sealed_buffer_.get();
}

asio::io_context* Loop::io() {
  return &*state_->io;
}

void Loop::QueueFlush(Flushable& output) {
  output.queued_ = true;
  dirty_.push_back(&output);
  ArrangeEndTurn();
}

void Loop::Forget(Flushable& output) {
  if (!output.queued_) return;
  output.queued_ = false;
  std::ranges::replace(dirty_, &output, nullptr);
}

void Loop::ResumeLater(Resumable& object) {
  if (object.queued_) return;
  object.queued_ = true;
  resumed_.push_back(&object);
  if (std::exchange(resume_posted_, true)) return;
  asio::post(context(), [this] { RunResumed(); });
}

void Loop::Forget(Resumable& object) {
  if (!object.queued_) return;
  object.queued_ = false;
  std::ranges::replace(resumed_, &object, nullptr);
}

void Loop::RunResumed() {
  resume_posted_ = false;
  // Those that come while these run get a handler of their own.
  const std::size_t count = resumed_.size();
  for (std::size_t i = 0; i < count; ++i) {
    Resumable* object = std::exchange(resumed_[i], nullptr);
    if (object == nullptr) continue;
    object->queued_ = false;
    Turn([object] { object->Resume(); });
  }
  resumed_.erase(resumed_.begin(), resumed_.begin() + static_cast<std::ptrdiff_t>(count));
}

void Loop::DeleteLater(std::unique_ptr<Mortal> object) {
  if (object == nullptr) return;
  dead_.push_back(std::move(object));
  ArrangeEndTurn();
}

void Loop::ArrangeEndTurn() {
  if (in_turn_ || std::exchange(end_posted_, true)) return;
  asio::post(context(), [this] {
    end_posted_ = false;
    EndTurn();
  });
}

void Loop::EndTurn() {
  if (in_turn_) return;
  in_turn_ = true;
  bool more = true;
  for (int round = 0; more && round < kMaxRounds; ++round) {
    more = FlushQueued();
    more |= DeleteQueued();
  }
  in_turn_ = false;
  if (more) ArrangeEndTurn();
}

/// True if there is more, queued by what was flushed.
bool Loop::FlushQueued() {
  const std::size_t count = dirty_.size();
  for (std::size_t i = 0; i < count; ++i) {
    Flushable* output = std::exchange(dirty_[i], nullptr);
    if (output == nullptr) continue;
    output->queued_ = false;
    output->Flush();
  }
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(count));
  return !dirty_.empty();
}

bool Loop::DeleteQueued() {
  if (dead_.empty()) return !dirty_.empty();
  auto dead = std::exchange(dead_, {});
  dead.clear();
  return !dead_.empty() || !dirty_.empty();
}

void Loop::ArmTick() {
  if (state_->tick_armed || timers_.size() == 0) return;
  state_->tick_armed = true;
  state_->tick->expires_at(timers_.NextTick());
  asio_has_work_ = true;
  state_->tick->async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    Turn([this] { timers_.Advance(TimerWheel::Clock::now()); });
    state_->tick_armed = false;
    ArmTick();
  });
}

}  // namespace wampgate::net
