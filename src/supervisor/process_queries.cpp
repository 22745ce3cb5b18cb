#include "supervisor/process_queries.hpp"

#include <fmt/format.h>

#include <utility>

namespace wampgate::supervisor {
namespace {

constexpr std::uint32_t kCloseByObjects = 2;  // version of the protocol; older ones would end all sessions

Status StatusOf(const internal::QueryAnswer& answer) {
  if (answer.status().code() == 0) return OkStatus();
  return MakeStatus(static_cast<StatusCode>(answer.status().code()), answer.status().message());
}

}  // namespace

std::string ProcessName(const Process& process) {
  return fmt::format("workers/{}/processes/{}", process.worker(), process.index());
}

void ProcessQueries::Ask(const std::vector<Process*>& processes, internal::Query query,
                         std::chrono::milliseconds deadline, AskDone done) {
  if (asks_.size() >= kMostAsks) {
    return done(ResourceExhausted(
        fmt::format("{} questions to the workers are under way already; try again", kMostAsks)));
  }
  const std::uint64_t id = ++last_query_;
  query.set_id(id);
  internal::Frame frame;
  frame.mutable_query()->Swap(&query);
  auto ask = std::make_unique<PendingAsk>();
  for (Process* process : processes) {
    ProcessAnswer answer{.process = ProcessName(*process), .status = {}, .answer = {}};
    if (!process->has_sessions()) {
      answer.status = Unavailable(fmt::format("the process is {}", Name(process->state())));
    } else if (frame.query().close_sessions().objects_size() != 0 &&
               process->protocol_version() < kCloseByObjects) {
      answer.status = MakeStatus(StatusCode::kUnimplemented,
                                 "its binary is an older one, which cannot end the sessions of one object; "
                                 "restart the worker");
    } else if (const Status sent = process->SendQuery(frame); !sent.ok()) {
      answer.status = sent;
    } else {
      ask->waiting[process->generation()] = ask->answers.size();
    }
    ask->answers.push_back(std::move(answer));
  }
  ask->done = std::move(done);
  const auto place = asks_.emplace(id, std::move(ask)).first;
  if (place->second->waiting.empty()) return Finish(place);
  place->second->deadline.Start(loop_.timers(), deadline, [this, id, deadline] {
    const auto late = asks_.find(id);
    if (late == asks_.end()) return;
    for (const auto& [generation, index] : late->second->waiting) {
      late->second->answers[index].status =
          DeadlineExceeded(fmt::format("no answer within {} ms", deadline.count()));
    }
    Finish(late);
  });
}

void ProcessQueries::Finish(Asks::iterator ask) {
  const std::unique_ptr<PendingAsk> finished = std::move(ask->second);
  asks_.erase(ask);
  finished->done(std::move(finished->answers));
}

void ProcessQueries::Answered(Asks::iterator ask, std::uint64_t generation, Status status,
                              internal::QueryAnswer* answer) {
  PendingAsk& pending = *ask->second;
  const auto place = pending.waiting.find(generation);
  if (place == pending.waiting.end()) return;
  ProcessAnswer& slot = pending.answers[place->second];
  slot.status = std::move(status);
  if (answer != nullptr) slot.answer.Swap(answer);
  pending.waiting.erase(place);
  if (pending.waiting.empty()) Finish(ask);
}

void ProcessQueries::OnQueryAnswer(Process& process, internal::QueryAnswer& answer) {
  const auto ask = asks_.find(answer.id());
  if (ask == asks_.end()) return;  // came too late
  Answered(ask, process.generation(), StatusOf(answer), &answer);
}

void ProcessQueries::OnChannelLost(Process& process) {
  std::vector<std::uint64_t> concerned;
  for (const auto& [id, ask] : asks_) {
    if (ask->waiting.contains(process.generation())) concerned.push_back(id);
  }
  for (const std::uint64_t id : concerned) {
    const auto ask = asks_.find(id);
    if (ask == asks_.end()) continue;
    Answered(ask, process.generation(), Unavailable("the process ended before it answered"), nullptr);
  }
  const auto present = subscribers_;  // a call may end its subscription
  for (const auto& [id, subscriber] : present) {
    if (subscribers_.contains(id) && subscriber->wanted(process)) {
      subscriber->calls.on_gone(ProcessName(process));
    }
  }
}

void ProcessQueries::Subscribe(std::uint64_t id, std::function<bool(const Process&)> wanted,
                               internal::Subscribe subscribe,
                               const std::map<std::uint64_t, Process*>& present, SubscriptionCalls calls) {
  if (subscribers_.size() >= kMostSubscriptions) {
    return calls.on_refused(ResourceExhausted(
        fmt::format("there are {} watchers and traces already; end one of them", kMostSubscriptions)));
  }
  subscribe.set_id(id);
  auto subscriber =
      std::make_shared<Subscriber>(Subscriber{std::move(wanted), std::move(subscribe), std::move(calls)});
  subscribers_[id] = subscriber;
  internal::Frame frame;
  *frame.mutable_subscribe() = subscriber->subscribe;
  for (const auto& [generation, process] : present) {
    if (subscriber->wanted(*process)) static_cast<void>(process->SendQuery(frame));
  }
}

void ProcessQueries::Unsubscribe(std::uint64_t id, const std::map<std::uint64_t, Process*>& present) {
  const auto found = subscribers_.find(id);
  if (found == subscribers_.end()) return;
  const std::shared_ptr<Subscriber> subscriber = found->second;
  subscribers_.erase(found);
  internal::Frame frame;
  frame.mutable_unsubscribe()->set_id(id);
  for (const auto& [generation, process] : present) {
    if (subscriber->wanted(*process)) static_cast<void>(process->SendQuery(frame));
  }
}

void ProcessQueries::OnChannelOpened(Process& process) {
  for (const auto& [id, subscriber] : subscribers_) {
    if (!subscriber->wanted(process)) continue;
    internal::Frame frame;
    *frame.mutable_subscribe() = subscriber->subscribe;
    static_cast<void>(process.SendQuery(frame));
  }
}

void ProcessQueries::OnStreamItem(Process& process, internal::StreamItem& item) {
  const auto found = subscribers_.find(item.id());
  if (found == subscribers_.end()) return;
  const std::shared_ptr<Subscriber> subscriber = found->second;
  subscriber->calls.on_item(ProcessName(process), item);
}

}  // namespace wampgate::supervisor
