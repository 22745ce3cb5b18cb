#include "supervisor/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ids.hpp"

namespace wampgate::supervisor {
namespace {

Status Unknown(const std::string& name) {
  return NotFound(fmt::format("there is no operation {}; one that ended is forgotten after an hour", name));
}

}  // namespace

Operations::Operations(net::Loop& loop, Clock clock)
    : loop_(loop), clock_(std::move(clock)), prefix_("operations/" + RandomHex(4)) {}

Operations::~Operations() = default;

Operations::Entry* Operations::Find(const std::string& name) {
  ForgetOld();
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.operation.name() == name; });
  return found == entries_.end() ? nullptr : &*found;
}

Operations::Entry* Operations::FindRunning(const std::string& name) {
  Entry* const entry = Find(name);
  return entry == nullptr || entry->operation.done() ? nullptr : entry;
}

void Operations::ForgetOld() {
  const auto now = clock_();
  entries_.remove_if(
      [now](const Entry& entry) { return entry.operation.done() && now - entry.ended >= kKeepEnded; });
}

bool Operations::MakeRoom() {
  ForgetOld();
  if (entries_.size() < kMaxKept) return true;
  const auto ended = std::find_if(entries_.begin(), entries_.end(),
                                  [](const Entry& entry) { return entry.operation.done(); });
  if (ended == entries_.end()) return false;
  entries_.erase(ended);
  return true;
}

void Operations::Insert(const std::string& name, const google::protobuf::Message& metadata,
                        OnCancel on_cancel) {
  Entry& entry = entries_.emplace_back();
  entry.operation.set_name(name);
  entry.operation.mutable_metadata()->PackFrom(metadata);
  entry.on_cancel = std::move(on_cancel);
}

StatusOr<std::string> Operations::Begin(const google::protobuf::Message& metadata, OnCancel on_cancel) {
  if (closed_) return *closed_;
  if (!MakeRoom()) {
    return ResourceExhausted(
        fmt::format("{} operations run already; wait for one or cancel one", entries_.size()));
  }
  std::string name = fmt::format("{}-{}", prefix_, ++last_);
  Insert(name, metadata, std::move(on_cancel));
  return name;
}

void Operations::Resume(const std::string& name, const google::protobuf::Message& metadata,
                        OnCancel on_cancel) {
  MakeRoom();
  Insert(name, metadata, std::move(on_cancel));
}

void Operations::Progress(const std::string& name, const google::protobuf::Message& metadata) {
  if (Entry* const entry = FindRunning(name)) entry->operation.mutable_metadata()->PackFrom(metadata);
}

void Operations::Succeed(const std::string& name, const google::protobuf::Message& response) {
  Entry* const entry = FindRunning(name);
  if (entry == nullptr) return;
  entry->operation.mutable_response()->PackFrom(response);
  OnEnded(*entry);
}

void Operations::Fail(const std::string& name, const Status& status) {
  Entry* const entry = FindRunning(name);
  if (entry == nullptr) return;
  entry->operation.mutable_error()->set_code(static_cast<int>(status.code()));
  entry->operation.mutable_error()->set_message(std::string(Message(status)));
  OnEnded(*entry);
}

void Operations::OnEnded(Entry& entry) {
  entry.operation.set_done(true);
  entry.on_cancel = nullptr;
  entry.ended = clock_();
  const Operation operation = entry.operation;
  std::list<Waiter> ready;
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    const auto next = std::next(waiter);
    if (waiter->name == operation.name()) ready.splice(ready.end(), waiters_, waiter);
    waiter = next;
  }
  for (Waiter& waiter : ready) waiter.done(operation);
}

void Operations::List(std::function<void(std::vector<Operation>)> done) {
  loop_.Post([this, done = std::move(done)] {
    ForgetOld();
    std::vector<Operation> all;
    all.reserve(entries_.size());
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) all.push_back(entry->operation);
    done(std::move(all));
  });
}

void Operations::Get(std::string name, Done done) {
  loop_.Post([this, name = std::move(name), done = std::move(done)] {
    const Entry* const entry = Find(name);
    done(entry == nullptr ? StatusOr<Operation>(Unknown(name)) : StatusOr<Operation>(entry->operation));
  });
}

void Operations::Wait(std::string name, std::chrono::milliseconds timeout, Done done) {
  loop_.Post([this, name = std::move(name), timeout, done = std::move(done)]() mutable {
    const Entry* const entry = Find(name);
    if (entry == nullptr) return done(Unknown(name));
    if (entry->operation.done() || timeout.count() <= 0) return done(entry->operation);
    if (closed_) return done(*closed_);
    if (waiters_.size() >= kMaxWaiters) {
      return done(ResourceExhausted(
          fmt::format("{} callers wait for operations already; ask with GetOperation", waiters_.size())));
    }
    AddWaiter(name, timeout, std::move(done));
  });
}

void Operations::AddWaiter(const std::string& name, std::chrono::milliseconds timeout, Done done) {
  Waiter& waiter = waiters_.emplace_back();
  waiter.name = name;
  waiter.done = std::move(done);
  const auto place = std::prev(waiters_.end());
  waiter.timer.Start(loop_.timers(), timeout, [this, place] {
    const Done answer = std::move(place->done);
    const std::string waited_for = std::move(place->name);
    waiters_.erase(place);
    const Entry* const entry = Find(waited_for);
    answer(entry == nullptr ? StatusOr<Operation>(Unknown(waited_for))
                            : StatusOr<Operation>(entry->operation));
  });
}

void Operations::Cancel(std::string name, std::function<void(const Status&)> done) {
  loop_.Post([this, name = std::move(name), done = std::move(done)] {
    Entry* const entry = Find(name);
    if (entry == nullptr) return done(Unknown(name));
    if (const OnCancel on_cancel = std::exchange(entry->on_cancel, nullptr)) on_cancel();
    done(OkStatus());
  });
}

void Operations::Close(const Status& why) {
  closed_ = why;
  std::list<Waiter> waiters = std::move(waiters_);
  waiters_.clear();
  for (Waiter& waiter : waiters) waiter.done(why);
}

}  // namespace wampgate::supervisor
