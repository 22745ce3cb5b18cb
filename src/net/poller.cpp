#include "net/poller.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/prefetch_list.hpp"

namespace wampgate::net {
namespace {

using Clock = std::chrono::steady_clock;
/// How long the io_context may wait for its turn while sockets keep the Poller busy.
constexpr std::chrono::milliseconds kVisit{1};

/// So many events ahead the object of an event is fetched into the caches: with a thousand connections each
/// one has left them since its last event, and system calls lie between.
constexpr int kAhead = 2;
constexpr std::size_t kObjectSize = 256;

void Prefetch(const void* object) {
  if (object == nullptr) return;
  PrefetchList list;
  list.Add(object, kObjectSize);
  list.Prefetch();
}

}  // namespace

struct Poller::State {
  std::optional<boost::asio::posix::stream_descriptor> descriptor;
  std::array<epoll_event, 256> batch;
  int next = 0;                      // of the batch: the first event not handled yet
  int count = 0;                     // of the batch
  Clock::time_point left{};          // when the Poller last returned to the io_context
  bool busy = false;                 // events come so soon after each other that waiting for them here pays
  std::atomic<int> posts{0};         // Loop::Post()s that have not run yet
  std::atomic<bool> waiting{false};  // in epoll_wait, where only an event can end it
};

Poller::Poller(Loop& loop)
    : loop_(loop),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      state_(std::make_unique<State>()) {
  WAMPGATE_CHECK(epoll_ && wake_);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  WAMPGATE_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
  state_->descriptor.emplace(loop.context(), epoll_.get());
  Wait();
}

Poller::~Poller() {
  Detach();
}

void Poller::Detach() {
  if (state_->descriptor) state_->descriptor->release();
  state_->descriptor.reset();
}

bool Poller::Add(int fd, std::uint32_t events, PollHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  ++size_;
  return true;
}

void Poller::Modify(int fd, std::uint32_t events, PollHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  WAMPGATE_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void Poller::Remove(int fd, PollHandler& handler) {
  WAMPGATE_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr) == 0);
  --size_;
  for (int i = state_->next; i < state_->count; ++i) {
    epoll_event& event = state_->batch[static_cast<std::size_t>(i)];  // packed: no references to its members
    if (event.data.ptr == &handler) event.data.ptr = nullptr;
  }
}

void Poller::PostQueued() {
  ++state_->posts;
  if (!state_->waiting.load()) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

void Poller::PostRun() {
  --state_->posts;
}

void Poller::Wait() {
  // Asio watches edge-triggered, but each async_wait modifies the registration, and that reports the set
  // again if sockets in it are still ready.
  state_->descriptor->async_wait(boost::asio::posix::descriptor_base::wait_read,
                                 [this](const boost::system::error_code& error) {
                                   if (!error) Drain();
                                 });
}

void Poller::Drain() {
  if (Clock::now() - state_->left < kVisit) state_->busy = true;
  HandleBatch(0);
  if (state_->busy) {
    StayLater();
  } else {
    state_->left = Clock::now();
    Wait();
  }
}

void Poller::StayLater() {
  // What the io_context has queued before this handler runs first.
  loop_.asio_has_work_ = false;
  boost::asio::post(*loop_.io(), [this] { Stay(); });
}

void Poller::Stay() {
  auto now = Clock::now();
  const auto until = now + kVisit;
  while (!loop_.asio_has_work_ && now < until && state_->busy) {
    state_->waiting = true;
    const int wait_milliseconds = state_->posts == 0 ? 1 : 0;
    const int handled = HandleBatch(wait_milliseconds);
    if (wait_milliseconds == 0) break;
    state_->busy = handled > 0;
    now = Clock::now();
  }
  if (state_->busy && !loop_.asio_has_work_ && state_->posts == 0) return StayLater();
  state_->left = now;
  Wait();
}

int Poller::HandleBatch(int wait_milliseconds) {
  State& state = *state_;
  const int size = static_cast<int>(state.batch.size());
  state.count = ::epoll_wait(epoll_.get(), state.batch.data(), size, wait_milliseconds);
  state.waiting = false;
  loop_.handshakes_ = 0;
  for (state.next = 0; state.next < state.count;) {
    const epoll_event& event = state.batch[static_cast<std::size_t>(state.next++)];
    if (const int ahead = state.next + kAhead - 1; ahead < state.count) {
      Prefetch(state.batch[static_cast<std::size_t>(ahead)].data.ptr);
    }
    if (event.data.ptr == nullptr) continue;
    if (event.data.ptr == this) {
      std::uint64_t count;
      [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
      continue;
    }
    auto* handler = static_cast<PollHandler*>(event.data.ptr);
    loop_.Turn([handler, events = event.events] { handler->OnReady(events); });
  }
  return std::exchange(state.count, 0);
}

}  // namespace wampgate::net
