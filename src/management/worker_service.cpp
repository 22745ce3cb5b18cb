#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>
#include <grpcpp/grpcpp.h>
#include <wampgate/v1/worker_service.grpc.pb.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <regex>

#include "management/change_options.hpp"
#include "management/event_stream.hpp"
#include "management/grpc_status.hpp"
#include "management/object_service.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

using supervisor::ProcessState;
using supervisor::WorkerReport;
using supervisor::WorkerState;

v1::WorkerStatus::State ToProto(WorkerState state) {
  switch (state) {
    case WorkerState::kStarting:
      return v1::WorkerStatus::STATE_STARTING;
    case WorkerState::kRunning:
      return v1::WorkerStatus::STATE_RUNNING;
    case WorkerState::kStopping:
      return v1::WorkerStatus::STATE_STOPPING;
    case WorkerState::kStopped:
      return v1::WorkerStatus::STATE_STOPPED;
    case WorkerState::kFailed:
      return v1::WorkerStatus::STATE_FAILED;
  }
  return v1::WorkerStatus::STATE_UNSPECIFIED;
}

v1::ProcessStatus::State ToProto(ProcessState state) {
  switch (state) {
    case ProcessState::kStarting:
      return v1::ProcessStatus::STATE_STARTING;
    case ProcessState::kRunning:
      return v1::ProcessStatus::STATE_RUNNING;
    case ProcessState::kStopping:
      return v1::ProcessStatus::STATE_STOPPING;
    case ProcessState::kStopped:
      return v1::ProcessStatus::STATE_STOPPED;
    case ProcessState::kBackoff:
      return v1::ProcessStatus::STATE_BACKOFF;
    case ProcessState::kDraining:
      return v1::ProcessStatus::STATE_DRAINING;
  }
  return v1::ProcessStatus::STATE_UNSPECIFIED;
}

void FillUsage(const supervisor::ProcessStatus& status, v1::ProcessStatus& process) {
  if (status.pid == 0) return;
  const supervisor::ProcessUsage& usage = status.usage;
  *process.mutable_cpu_time() =
      google::protobuf::util::TimeUtil::MillisecondsToDuration(usage.cpu_time.count());
  process.set_memory_resident(usage.memory_resident);
  auto& by_kind = *process.mutable_memory_by_kind();
  for (const auto& [kind, octets] : usage.memory_by_kind) by_kind[std::string(kind)] = octets;
  by_kind["buffers"] = status.buffered;
  process.set_descriptors(usage.descriptors);
  process.set_descriptors_limit(usage.descriptors_limit);
}

std::int64_t Seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

void Fill(const std::string& worker, const supervisor::ProcessStatus& status, v1::ProcessStatus& process) {
  process.set_name(fmt::format("{}/processes/{}", worker, status.index));
  process.set_state(ToProto(status.state));
  process.set_pid(status.pid);
  if (status.pid != 0) process.mutable_start_time()->set_seconds(Seconds(status.start_time));
  process.set_restarts(status.restarts);
  process.set_last_exit(status.last_exit);
  process.set_revision(status.revision);
  process.set_sessions(status.sessions);
  process.set_connections(status.connections);
  FillUsage(status, process);
  process.set_generation(status.generation);
  process.set_build_id(status.build_id);
  if (status.drain_deadline.time_since_epoch().count() != 0)
    process.mutable_drain_deadline()->set_seconds(Seconds(status.drain_deadline));
}

void Fill(const WorkerReport& report, v1::WorkerStatus& worker) {
  worker.set_name(report.name);
  worker.set_type(report.type == config::WorkerType::kProxy ? v1::WorkerStatus::TYPE_PROXY
                                                            : v1::WorkerStatus::TYPE_ROUTER);
  worker.set_state(ToProto(report.state));
  worker.set_sessions(report.sessions);
  worker.set_connections(report.connections);
  worker.mutable_addresses()->insert(report.addresses.begin(), report.addresses.end());
  for (const auto& status : report.processes) Fill(report.name, status, *worker.add_processes());
  for (const auto& status : report.departing) Fill(report.name, status, *worker.add_processes());
}

/// "workers/-", "workers/{worker}" or "workers/{worker}/processes/{index}".
StatusOr<supervisor::ProcessSelector> Selected(const std::string& name) {
  static const std::regex form("workers/([^/]+)(?:/processes/([0-9]{1,4}))?");
  std::smatch parts;
  if (!std::regex_match(name, parts, form)) {
    return InvalidArgument(
        fmt::format("name: expected workers/-, workers/{{worker}} or workers/{{worker}}/processes/{{index}}, "
                    "found \"{}\"",
                    name));
  }
  supervisor::ProcessSelector selector;
  if (parts[1] != "-") selector.worker = parts[1];
  if (parts[2].matched) selector.process = static_cast<std::uint32_t>(std::stoul(parts[2]));
  return selector;
}

/// What a subscription to log lines needs, from its begin to its end.
struct LogSubscription {
  std::shared_ptr<EventStream<v1::LogLine>> stream;
  std::map<std::string, std::uint64_t> lost;  // by process, told with its next line; loop's thread

  void OnItem(const std::string& process, internal::StreamItem& item) {
    v1::LogLine& line = *item.mutable_log();
    std::uint64_t& unread = lost[process];
    line.set_process(process);
    line.set_lost(line.lost() + item.lost() + unread);
    const std::uint64_t told = line.lost();
    unread = stream->TryPush(line) ? 0 : told + 1;
  }
};

/// The id in "workers/{worker}".
StatusOr<std::string> WorkerId(const std::string& name) {
  constexpr std::string_view kCollection = "workers/";
  if (!name.starts_with(kCollection) || name.size() == kCollection.size() ||
      name.find('/', kCollection.size()) != std::string::npos) {
    return InvalidArgument(fmt::format("name: expected workers/{{worker}}, found \"{}\"", name));
  }
  return name.substr(kCollection.size());
}

class WorkerService final : public v1::WorkerService::CallbackService {
 public:
  explicit WorkerService(supervisor::Supervisor& supervisor) : supervisor_(supervisor) {}

  grpc::ServerUnaryReactor* ListWorkers(grpc::CallbackServerContext* context,
                                        const v1::ListWorkersRequest* request,
                                        v1::ListWorkersResponse* response) override {
    auto* reactor = context->DefaultReactor();
    const std::string& after = request->page_token();
    const std::size_t most = request->page_size() <= 0 ? 100 : std::min(request->page_size(), 1000);
    supervisor_.ListWorkers([reactor, response, after, most](std::vector<WorkerReport> reports) {
      std::sort(reports.begin(), reports.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
      for (const auto& report : reports) {
        if (!after.empty() && report.id <= after) continue;
        if (static_cast<std::size_t>(response->workers_size()) == most) {
          const auto& last = response->workers(response->workers_size() - 1).name();
          response->set_next_page_token(last.substr(last.rfind('/') + 1));
          break;
        }
        Fill(report, *response->add_workers());
      }
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* GetWorker(grpc::CallbackServerContext* context,
                                      const v1::GetWorkerRequest* request,
                                      v1::WorkerStatus* response) override {
    return Call(context, request->name(), response, &supervisor::Supervisor::GetWorker);
  }
  grpc::ServerUnaryReactor* StartWorker(grpc::CallbackServerContext* context,
                                        const v1::StartWorkerRequest* request,
                                        v1::WorkerStatus* response) override {
    return Call(context, request->name(), response, &supervisor::Supervisor::StartWorker);
  }
  grpc::ServerUnaryReactor* StopWorker(grpc::CallbackServerContext* context,
                                       const v1::StopWorkerRequest* request,
                                       v1::WorkerStatus* response) override {
    return Call(context, request->name(), response, &supervisor::Supervisor::StopWorker);
  }
  grpc::ServerUnaryReactor* RestartWorker(grpc::CallbackServerContext* context,
                                          const v1::RestartWorkerRequest* request,
                                          v1::WorkerStatus* response) override {
    const auto id = WorkerId(request->name());
    supervisor::ApplyOptions options;
    config::Problems problems;
    ReadRemoval(request->removal(), "removal", options, problems);
    if (!request->has_removal()) options.removal = supervisor::Removal::kClose;
    auto* reactor = context->DefaultReactor();
    if (!id.ok() || !problems.empty()) {
      const Status status =
          id.ok() ? supervisor::ProblemStatus(StatusCode::kInvalidArgument, problems) : id.status();
      reactor->Finish(ToGrpc(status, problems, DetailsLimit(*context)));
      return reactor;
    }
    supervisor_.ReplaceProcesses(*id, options.removal, options.drain,
                                 [reactor, response](StatusOr<WorkerReport> report) {
                                   if (report.ok()) Fill(*report, *response);
                                   reactor->Finish(ToGrpc(report.status()));
                                 });
    return reactor;
  }

  grpc::ServerUnaryReactor* ScaleWorker(grpc::CallbackServerContext* context,
                                        const v1::ScaleWorkerRequest* request,
                                        v1::ScaleWorkerResponse* response) override {
    auto* reactor = context->DefaultReactor();
    const auto id = WorkerId(request->name());
    supervisor::ApplyOptions options;
    config::Problems problems =
        ReadChangeOptions({*request, request->options(), CallerIdentity(*context)}, options);
    if (request->processes() == 0)  // which would be "as if it were not said"
      problems.push_back({.path = "processes", .message = "expected a number from 1 to 256, found 0"});
    if (!request->options().has_removal()) options.removal = supervisor::Removal::kDrain;
    if (!id.ok() || !problems.empty()) {
      const Status status =
          id.ok() ? supervisor::ProblemStatus(StatusCode::kInvalidArgument, problems) : id.status();
      reactor->Finish(ToGrpc(status, problems, DetailsLimit(*context)));
      return reactor;
    }
    config::ChangeList changes;
    v1::ObjectChange& change = *changes.Add();
    change.set_action(v1::ObjectChange::UPDATE);
    change.set_name(request->name());
    change.set_etag(request->etag());
    change.mutable_worker()->mutable_options()->mutable_processes()->set_count(
        static_cast<std::int32_t>(request->processes()));
    change.mutable_update_mask()->add_paths("options.processes");
    supervisor_.Apply(
        std::move(changes), std::move(options),
        [this, id = *id, response, reactor,
         limit = DetailsLimit(*context)](const supervisor::ApplyReply& reply) {
          if (!reply.status.ok()) {
            return reactor->Finish(ToGrpc(OfOneChange(reply.status), OfOneChange(reply.problems), limit));
          }
          *response->mutable_result() = supervisor::ToProto(reply);
          supervisor_.GetWorker(id, [response, reactor](StatusOr<WorkerReport> report) {
            if (report.ok()) Fill(*report, *response->mutable_worker());
            reactor->Finish(grpc::Status::OK);
          });
        });
    return reactor;
  }

  grpc::ServerWriteReactor<v1::LogLine>* StreamLogs(grpc::CallbackServerContext*,
                                                    const v1::StreamLogsRequest* request) override {
    auto id = std::make_shared<std::uint64_t>(0);
    EventStream<v1::LogLine>::Options options;
    options.overflow = [](const v1::LogLine&) {
      return ResourceExhausted("the lines were not read in time");
    };
    options.closed = [this, id] {
      if (*id != 0) supervisor_.Unsubscribe(*id);
    };
    auto subscription = std::make_shared<LogSubscription>();
    subscription->stream = EventStream<v1::LogLine>::Make(std::move(options));
    auto* reactor = subscription->stream.get();
    const auto selector = Selected(request->name());
    log::Level level = log::Level::kInfo;
    const bool known = request->level().empty() || log::ParseLevel(request->level(), level);
    if (!selector.ok() || !known) {
      subscription->stream->End(!selector.ok() ? selector.status()
                                               : InvalidArgument(fmt::format(
                                                     "level: expected trace, debug, info, warning or error, "
                                                     "found \"{}\"",
                                                     request->level())));
      return reactor;
    }
    internal::Subscribe subscribe;
    subscribe.mutable_logs()->set_level(request->level().empty() ? "info" : request->level());
    *id = supervisor_.Subscribe(
        *selector, std::move(subscribe),
        {.on_item = [subscription](const std::string& process,
                                   internal::StreamItem& item) { subscription->OnItem(process, item); },
         .on_gone = [](const std::string&) {},
         .on_refused = [subscription](const Status& status) { subscription->stream->End(status); }});
    return reactor;
  }

 private:
  using Operation = void (supervisor::Supervisor::*)(std::string, supervisor::Supervisor::WorkerDone);

  grpc::ServerUnaryReactor* Call(grpc::CallbackServerContext* context, const std::string& name,
                                 v1::WorkerStatus* response, Operation operation) {
    auto* reactor = context->DefaultReactor();
    const auto id = WorkerId(name);
    if (!id.ok()) {
      reactor->Finish(ToGrpc(id.status()));
      return reactor;
    }
    (supervisor_.*operation)(*id, [reactor, response](StatusOr<WorkerReport> report) {
      if (report.ok()) Fill(*report, *response);
      reactor->Finish(ToGrpc(report.status()));
    });
    return reactor;
  }

  supervisor::Supervisor& supervisor_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWorkerService(supervisor::Supervisor& supervisor) {
  return std::make_unique<WorkerService>(supervisor);
}

}  // namespace wampgate::management
