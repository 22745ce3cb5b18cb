#include "supervisor/metrics.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "config/object_name.hpp"
#include "supervisor/metric_catalogue.hpp"
#include "supervisor/process_usage.hpp"
#include "supervisor/worker_unit.hpp"

namespace wampgate::supervisor {
namespace {

double Value(std::uint64_t count) {
  return static_cast<double>(count);
}

double Seconds(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

void AddUsage(std::string_view worker, std::string_view process, const ProcessUsage& usage,
              Exposition& exposition) {
  exposition.Add(metric::kMemoryResident, {{"worker", worker}, {"process", process}},
                 Value(usage.memory_resident));
  for (const auto& [kind, octets] : usage.memory_by_kind) {
    exposition.Add(metric::kMemory, {{"worker", worker}, {"process", process}, {"kind", kind}},
                   Value(octets));
  }
  exposition.Add(metric::kDescriptors, {{"worker", worker}, {"process", process}}, usage.descriptors);
  exposition.Add(metric::kDescriptorsLimit, {{"worker", worker}, {"process", process}},
                 usage.descriptors_limit);
}

}  // namespace

// A file that is damaged or missing costs no more than counters that begin anew.
void Metrics::Load() {
  const StatusOr<std::string> content = around_.disk.Read(around_.path);
  internal::EndedCounters ended;
  if (content.ok() && ended.ParseFromString(*content)) ended_.Add(ended);
}

// Not synced: after a power failure the node begins another life.
void Metrics::OnEnded(const Process& process) {
  processes_.AddCounters(process.worker(), process.last_status(), ended_);
  const std::string_view worker = processes_.Worker(process.worker());
  if (const auto cpu = cpu_seen_.extract(process.generation())) {
    ended_.Add(metric::kCpu, {{"worker", worker}}, cpu.mapped());
  }
  if (process.state() != ProcessState::kStopping) ended_.Add(metric::kRestarts, {{"worker", worker}}, 1);
  text_time_ = {};
  const std::string beside = around_.path + ".new";
  Status status = around_.disk.Write(beside, ended_.ToMessage().SerializeAsString());
  if (status.ok()) status = around_.disk.Rename(beside, around_.path);
  if (!status.ok()) {
    log::Debug("supervisor", "the counters of ended processes cannot be kept on disk",
               {{"error", Message(status)}});
  }
}

void Metrics::Forget() {
  static_cast<void>(around_.disk.Remove(around_.path));
}

StatusOr<std::string> Metrics::Text() {
  const auto now = std::chrono::steady_clock::now();
  if (!text_.empty() && text_time_ != decltype(text_time_)() && now - text_time_ < kFresh) return text_;
  for (const auto& [generation, process] : around_.table.all()) {
    if (process->was_taken_over() && process->connected() && process->last_status().revision() == 0) {
      return Unavailable("a process that was taken over has not yet said what it has counted; try again");
    }
  }
  Exposition exposition = ended_;
  for (const auto& [generation, process] : around_.table.all()) AddProcess(*process, exposition);
  AddWorkers(exposition);
  AddNode(exposition);
  for (const Source& source : sources_) source(exposition);
  text_ = exposition.Text(metric::kAll);
  text_time_ = now;
  return text_;
}

void Metrics::AddProcess(const Process& process, Exposition& exposition) {
  const std::string_view worker = processes_.Worker(process.worker());
  const std::string index = fmt::format("{}", process.index());
  const internal::Status& status = process.last_status();
  processes_.AddCounters(process.worker(), status, exposition);
  processes_.AddPresent(process.worker(), status, exposition);
  const ProcessUsage usage = UsageOf(process.pid());
  AddUsage(worker, index, usage, exposition);
  exposition.Add(metric::kMemory, {{"worker", worker}, {"process", index}, {"kind", "buffers"}},
                 Value(BufferedOctets(status.counters())));
  // One that departs gets no more revisions, and its successor has its index.
  if (process.departure() == nullptr) {
    exposition.Set(metric::kAppliedRevision, {{"worker", worker}, {"process", index}},
                   Value(process.revision()));
  }
  double& cpu = cpu_seen_[process.generation()];
  cpu = std::max(cpu, Seconds(usage.cpu_time));
  exposition.Add(metric::kCpu, {{"worker", worker}}, cpu);
}

void Metrics::AddWorkers(Exposition& exposition) {
  for (const auto& [id, unit] : around_.state.units) {
    const std::string_view worker = processes_.Worker(id);
    exposition.Add(metric::kRestarts, {{"worker", worker}}, 0);
    for (const auto& [index, process] : unit->processes()) {
      exposition.Add(metric::kProcesses, {{"worker", worker}, {"state", Name(process->state())}}, 1);
    }
  }
  for (const auto& [object, state] : around_.operator_states.all()) {
    const auto name = config::ObjectName::Parse(object);
    if (!name.ok() || name->kind != config::ObjectName::Kind::kBackend) continue;
    exposition.Set(metric::kBackendOperatorState,
                   {{"worker", processes_.Worker(name->worker)},
                    {"backend", processes_.Backend(object)},
                    {"state", state}},
                   1);
  }
}

void Metrics::AddNode(Exposition& exposition) const {
  const v1::NodeView view = around_.view();
  exposition.Set(metric::kBuildInfo, {{"version", view.version()}, {"node", view.node_id()}}, 1);
  exposition.Set(metric::kStartTime, {}, static_cast<double>(view.start_time().seconds()));
  exposition.Set(metric::kReady, {}, view.ready() ? 1 : 0);
  exposition.Set(metric::kDraining, {}, view.draining() ? 1 : 0);
  exposition.Set(metric::kRevision, {}, Value(view.revision()));
  const ProcessUsage usage = UsageOf(::getpid());
  AddUsage("", "", usage, exposition);
  exposition.Set(metric::kCpu, {}, Seconds(usage.cpu_time));
  exposition.Set(metric::kLogLinesDropped, {}, Value(log::dropped()));
}

}  // namespace wampgate::supervisor
