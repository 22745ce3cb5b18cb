#include "supervisor/adoption.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/log.hpp"

namespace wampgate::supervisor {

Adoption::Adoption(net::Loop& loop, std::vector<Leftover> leftovers) : loop_(loop) {
  for (Leftover& leftover : leftovers) {
    orphans_.push_back(std::make_unique<Orphan>(loop_, std::move(leftover.record), [this] { Look(); }));
    orphans_.back()->Watch(std::move(leftover.pidfd));
  }
}

void Adoption::Start(std::chrono::milliseconds wait, std::function<void()> done) {
  done_ = std::move(done);
  if (!orphans_.empty()) {
    log::Info("supervisor", "worker processes of a supervisor that died still run; taking them over",
              {{"processes", orphans_.size()}, {"wait_ms", wait.count()}});
  }
  deadline_.Start(loop_.timers(), wait, [this] {
    EndSilent(SIGTERM);
    deadline_.Start(loop_.timers(), kEnd, [this] { EndSilent(SIGKILL); });
  });
  Look();
}

void Adoption::EndSilent(int signal) {
  for (const auto& orphan : orphans_) {
    if (orphan->ended() || orphan->has_called()) continue;
    const internal::ProcessRecord& record = orphan->record();
    log::Warning("supervisor",
                 "a worker process of the supervisor before does not call; ending it, it is replaced",
                 {{"worker", record.worker()},
                  {"process", record.process()},
                  {"pid", record.pid()},
                  {"signal", signal}});
    orphan->Signal(signal);
  }
}

bool Adoption::Offer(Arrival& arrival) {
  for (const auto& orphan : orphans_) {
    if (!orphan->Is(arrival)) continue;
    orphan->Take(std::move(arrival));
    return true;
  }
  return false;
}

// The answer comes in a turn of its own: an orphan is on the stack.
void Adoption::Look() {
  const bool all = std::all_of(orphans_.begin(), orphans_.end(),
                               [](const auto& orphan) { return orphan->ended() || orphan->has_called(); });
  if (!all || done_ == nullptr) return;
  deadline_.Stop();
  loop_.Post(std::exchange(done_, nullptr));
}

std::vector<std::unique_ptr<Orphan>> Adoption::Take() {
  done_ = nullptr;
  deadline_.Stop();
  return std::move(orphans_);
}

}  // namespace wampgate::supervisor
