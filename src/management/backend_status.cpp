#include "management/backend_status.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "base/latency_histogram.hpp"
#include "config/object_name.hpp"
#include "management/session_listing.hpp"

namespace wampgate::management {
namespace {

using google::protobuf::util::TimeUtil;
using supervisor::ProcessAnswer;
using Process = v1::BackendProcess;
using Answers = StatusOr<std::vector<ProcessAnswer>>;

constexpr std::chrono::seconds kAskDeadline{5};

std::int64_t Nanoseconds(const google::protobuf::Timestamp& time) {
  return TimeUtil::TimestampToNanoseconds(time);
}

Process::Health Together(Process::Health a, Process::Health b) {
  if (a == b || b == Process::UNKNOWN) return a;
  return a == Process::UNKNOWN ? b : Process::MIXED;
}

/// Those of a binary that counts by other bounds say nothing about the sum.
void Add(const v1::Histogram& from, LatencyHistogram::Counts& sum) {
  const bool comparable = std::ranges::equal(from.bounds(), LatencyHistogram::kBounds) &&
                          static_cast<std::size_t>(from.counts_size()) == sum.size();
  if (!comparable) return;
  std::transform(sum.begin(), sum.end(), from.counts().begin(), sum.begin(), std::plus<>());
}

void Add(const Process& process, v1::BackendView& view) {
  view.set_health(Together(view.health(), process.health()));
  if (process.has_since() && Nanoseconds(process.since()) > Nanoseconds(view.since()))
    *view.mutable_since() = process.since();
  if (!process.last_error().empty() &&
      (view.last_error().empty() ||
       Nanoseconds(process.last_error_time()) > Nanoseconds(view.last_error_time()))) {
    view.set_last_error(process.last_error());
    *view.mutable_last_error_time() = process.last_error_time();
  }
  view.set_sessions(view.sessions() + process.sessions());
  view.set_joins(view.joins() + process.joins());
  view.set_failures(view.failures() + process.failures());
  view.set_refusals(view.refusals() + process.refusals());
  *view.add_processes() = process;
}

Process::State StateOf(const std::map<std::string, std::string>& states, const std::string& name) {
  const auto found = states.find(name);
  if (found == states.end()) return Process::ACTIVE;
  return found->second == supervisor::Drains::kState ? Process::DRAINING : Process::MAINTENANCE;
}

/// "workers/w/" of "workers/w/backends/b".
std::string WorkerOf(const std::string& name) {
  return name.substr(0, name.find('/', name.find('/') + 1) + 1);
}

/// As few as will do: a view of one backend asks its worker about that one.
void Choose(const std::vector<v1::BackendView*>& views, supervisor::ProcessSelector& selector,
            internal::Query& query) {
  query.mutable_list_backends();
  if (views.size() != 1) return;
  const auto name = config::ObjectName::Parse(views.front()->name());
  if (!name.ok()) return;
  selector.worker = name->worker;
  query.mutable_list_backends()->set_name(views.front()->name());
}

}  // namespace

void AddStatus(const std::vector<ProcessAnswer>& answers, const std::map<std::string, std::string>& states,
               v1::BackendView& view) {
  view.set_state(StateOf(states, view.name()));
  view.set_health(Process::UNKNOWN);
  LatencyHistogram::Counts latency{};
  for (const ProcessAnswer& answer : answers) {
    if (!answer.process.starts_with(WorkerOf(view.name()))) continue;
    if (!answer.status.ok()) {
      view.add_unreachable(fmt::format("{}: {}", answer.process, Message(answer.status)));
      continue;
    }
    for (const Process& process : answer.answer.backends().backends()) {
      if (process.name() != view.name()) continue;
      Add(process, view);
      view.mutable_processes(view.processes_size() - 1)->set_process(answer.process);
      Add(process.join_latency(), latency);
    }
  }
  if (const auto p99 = Percentile(latency, 99)) {
    *view.mutable_join_p99() = TimeUtil::MicrosecondsToDuration(p99->count());
  }
}

void AddStatusLater(supervisor::Supervisor& supervisor, std::vector<v1::BackendView*> views,
                    std::function<void()> done) {
  supervisor::ProcessSelector selector;
  internal::Query query;
  Choose(views, selector, query);
  supervisor.Ask(std::move(selector), std::move(query), kAskDeadline,
                 [&supervisor, views = std::move(views), done = std::move(done)](const Answers& answers) {
                   // A worker that is disabled has no processes; the backends of its configuration have no
                   // status.
                   auto given = std::make_shared<std::vector<ProcessAnswer>>();
                   if (answers.ok()) *given = *answers;
                   const std::string refused(answers.ok() || answers.status().code() == StatusCode::kNotFound
                                                 ? ""
                                                 : Message(answers.status()));
                   supervisor.node().GetOperatorStates([given, refused, views, done](const auto& states) {
                     for (v1::BackendView* view : views) {
                       AddStatus(*given, states, *view);
                       if (!refused.empty()) view->add_unreachable(refused);
                     }
                     done();
                   });
                 });
}

}  // namespace wampgate::management
