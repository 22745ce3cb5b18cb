#include "supervisor/graveyard.hpp"

#include <algorithm>

namespace wampgate::supervisor {

void Graveyard::Bury(std::unique_ptr<Process> process, std::chrono::milliseconds grace) {
  process->SetObserver(*this);
  process->ForgetExchange();
  process->Stop(grace);
  if (process->state() == ProcessState::kStopped) {
    loop_.DeleteLater(std::move(process));
    return;
  }
  processes_.push_back(std::move(process));
}

void Graveyard::OnConnected(Process& /*process*/) {}

void Graveyard::OnEnded(Process& process) {
  const auto found = std::find_if(processes_.begin(), processes_.end(),
                                  [&](const auto& buried) { return buried.get() == &process; });
  if (found == processes_.end()) return;
  loop_.DeleteLater(std::move(*found));
  processes_.erase(found);
  if (on_gone_) on_gone_();
}

}  // namespace wampgate::supervisor
