#include "worker/helper_thread.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

#include "base/background.hpp"

namespace wampgate::worker {
namespace {

/// Signals belong to the loop's thread.
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

HelperThread::HelperThread(net::Loop& loop, std::size_t max_queued)
    : loop_(loop), max_queued_(max_queued), thread_([this] { Work(); }) {}

HelperThread::~HelperThread() {
  Stop();
}

void HelperThread::Stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  queue_.clear();
}

bool HelperThread::Run(std::function<void()> work, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= max_queued_) return false;
  }
  RunAlways(std::move(work), std::move(done));
  return true;
}

void HelperThread::RunAlways(std::function<void()> work, std::function<void()> done) {
  if (!done) done = [] {};
  Enqueue({std::move(work), std::move(done)});
}

void HelperThread::Release(std::shared_ptr<const void> object) {
  if (!object) return;
  Enqueue({[held = std::move(object)]() mutable { held.reset(); }, nullptr});
}

void HelperThread::Enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void HelperThread::Work() {
  BlockSignals();
  RunInBackground();
  pthread_setname_np(pthread_self(), "wampgate-helper");
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    auto job = std::make_shared<Job>(std::move(queue_.front()));
    queue_.pop_front();
    lock.unlock();
    job->work();
    if (!job->done) continue;
    // The posted function holds the only reference left, so the job dies on the loop's thread.
    loop_.Post([posted = std::move(job)] { posted->done(); });
  }
}

}  // namespace wampgate::worker
