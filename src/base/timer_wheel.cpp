#include "base/timer_wheel.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace wampgate {
namespace {

void Unlink(TimerLink& link) {
  link.previous->next = link.next;
  link.next->previous = link.previous;
  link.previous = link.next = nullptr;
}

void LinkBefore(TimerLink& place, TimerLink& link) {
  link.previous = place.previous;
  link.next = &place;
  place.previous->next = &link;
  place.previous = &link;
}

}  // namespace

Timer::~Timer() {
  Stop();
  if (replaced_ != nullptr) *replaced_ = true;
}

void Timer::Start(TimerWheel& wheel, std::chrono::milliseconds delay, std::function<void()> callback) {
  Stop();
  if (replaced_ != nullptr) *std::exchange(replaced_, nullptr) = true;
  wheel_ = &wheel;
  callback_ = std::move(callback);
  wheel.Insert(*this, delay);
}

void Timer::Restart(std::chrono::milliseconds delay) {
  WAMPGATE_CHECK(wheel_ != nullptr);
  Stop();
  wheel_->Insert(*this, delay);
}

void Timer::Stop() {
  if (!running()) return;
  Unlink(*this);
  --wheel_->size_;
}

TimerWheel::TimerWheel(Clock::time_point now) : start_(now), slots_(std::make_unique<TimerLink[]>(kSlots)) {
  for (std::size_t i = 0; i < kSlots; ++i) slots_[i].previous = slots_[i].next = &slots_[i];
}

TimerWheel::~TimerWheel() {
  for (std::size_t i = 0; i < kSlots; ++i) {
    while (slots_[i].next != &slots_[i]) static_cast<Timer*>(slots_[i].next)->Stop();
  }
}

void TimerWheel::Insert(Timer& timer, std::chrono::milliseconds delay) {
  const bool first = size_ == 0;
  // The wheel may not have been advanced for long (it was empty), so the clock decides what "now" is.
  const auto now = std::max(Clock::now(), Clock::time_point(start_ + tick_ * kTick));
  if (first) tick_ = std::max(tick_, static_cast<std::uint64_t>((now - start_) / kTick));
  const auto due = now - start_ + std::max(delay, std::chrono::milliseconds(0));
  const auto due_tick = static_cast<std::uint64_t>((due + kTick - Clock::duration(1)) / kTick);
  timer.tick_ = std::max(due_tick, tick_ + 1);
  LinkBefore(slots_[timer.tick_ % kSlots], timer);
  ++size_;
  if (first && on_first_) on_first_();
}

void TimerWheel::Advance(Clock::time_point now) {
  if (now < start_) return;
  const auto target = static_cast<std::uint64_t>((now - start_) / kTick);
  if (target > kSlots && tick_ < target - kSlots) tick_ = target - kSlots;  // one full round sees every slot
  while (tick_ < target && size_ > 0) FireSlot(++tick_);
  tick_ = std::max(tick_, target);
}

void TimerWheel::FireSlot(std::uint64_t tick) {
  TimerLink& slot = slots_[tick % kSlots];
  // Due timers wait in a list of their own, where callbacks may still stop or destroy them.
  TimerLink due;
  due.previous = due.next = &due;
  for (TimerLink* link = slot.next; link != &slot;) {
    TimerLink* next = link->next;
    if (static_cast<Timer*>(link)->tick_ <= tick) {
      Unlink(*link);
      LinkBefore(due, *link);
    }
    link = next;
  }
  while (due.next != &due) Fire(*static_cast<Timer*>(due.next));
}

void TimerWheel::Fire(Timer& timer) {
  Unlink(timer);
  --size_;
  auto callback = std::move(timer.callback_);
  bool replaced = false;
  timer.replaced_ = &replaced;
  callback();
  if (replaced) return;
  timer.replaced_ = nullptr;
  timer.callback_ = std::move(callback);
}

}  // namespace wampgate
