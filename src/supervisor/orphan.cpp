#include "supervisor/orphan.hpp"

#include <utility>

#include "base/log.hpp"
#include "control/protocol.hpp"

namespace wampgate::supervisor {

Orphan::Orphan(net::Loop& loop, internal::ProcessRecord record, OnChange on_change)
    : loop_(loop), record_(std::move(record)), on_change_(std::move(on_change)) {}

Orphan::~Orphan() {
  DropChannel();
}

void Orphan::Watch(UniqueFd pidfd) {
  StatusOr<std::unique_ptr<Child>> child =
      Child::Watch(loop_, static_cast<pid_t>(record_.pid()), std::move(pidfd), [this](const ChildExit&) {
        log::Warning("supervisor", "a worker process of the supervisor before has ended",
                     {{"worker", record_.worker()}, {"process", record_.process()}, {"pid", record_.pid()}});
        loop_.DeleteLater(std::move(child_));
        on_change_();
      });
  if (child.ok()) {
    child_ = *std::move(child);
    return;
  }
  log::Error("supervisor", "a worker process of the supervisor before cannot be watched; it is left alone",
             {{"pid", record_.pid()}, {"error", Message(child.status())}});
}

bool Orphan::Is(const Arrival& arrival) const {
  const internal::Hello& hello = arrival.hello;
  return !ended() && arrival.peer.pid == record_.pid() && hello.worker() == record_.worker() &&
         hello.process() == record_.process() && hello.generation() == record_.generation();
}

void Orphan::Take(Arrival arrival) {
  DropChannel();
  arrival_ = std::move(arrival);
  called_ = true;
  if (speaks_our_protocol()) {
    arrival_.channel->SetHandler(*this);
  } else {
    DropChannel();
  }
  on_change_();
}

bool Orphan::speaks_our_protocol() const {
  return control::CommonVersion(arrival_.hello) != 0;
}

bool Orphan::serves() const {
  return !ended() && has_called() && speaks_our_protocol() && arrival_.hello.applied_revision() != 0 &&
         !arrival_.hello.stopping();
}

void Orphan::Signal(int signal) {
  if (child_ != nullptr) child_->Signal(signal);
}

std::unique_ptr<Child> Orphan::TakeChild() {
  return std::move(child_);
}

void Orphan::OnChannelClosed(const Status& /*reason*/) {
  DropChannel();
  on_change_();
}

void Orphan::DropChannel() {
  if (arrival_.channel == nullptr) return;
  arrival_.channel->Close();
  loop_.DeleteLater(std::move(arrival_.channel));
}

}  // namespace wampgate::supervisor
