#include "supervisor/job_queue.hpp"

#include <utility>

namespace wampgate::supervisor {

void JobQueue::Add(Job job) {
  if (closed_) return job.refused(*closed_);
  if (waiting_.size() >= kMaxWaiting) {
    return job.refused(ResourceExhausted("too many changes wait to be made; try again later"));
  }
  waiting_.push_back(std::move(job));
  StartNext();
}

void JobQueue::StartNext() {
  if (busy_ || waiting_.empty()) return;
  busy_ = true;
  const Job job = std::move(waiting_.front());
  waiting_.pop_front();
  job.start();
}

void JobQueue::Finished() {
  loop_.Post([this] {
    busy_ = false;
    StartNext();
  });
}

void JobQueue::Close(const Status& why) {
  closed_ = why;
  for (const Job& job : std::exchange(waiting_, {})) job.refused(why);
}

}  // namespace wampgate::supervisor
