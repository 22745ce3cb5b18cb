// process list and get: what the node's processes are, use and do.

#include <google/protobuf/util/time_util.h>
#include <wampgate/v1/node_service.grpc.pb.h>
#include <wampgate/v1/worker_service.grpc.pb.h>

#include <iostream>
#include <map>
#include <memory>
#include <vector>

#include "commands/commands.hpp"
#include "object_name.hpp"
#include "pages.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

/// A process as its worker has it, and its counters if it has told some.
struct ProcessView {
  v1::ProcessStatus status;
  v1::ProcessStatistics statistics;
};

/// Those whose name is `name` or begins with it ("" for all).
ExitCode Collect(const Invocation& invocation, const std::string& name, std::vector<ProcessView>& found) {
  const auto channel = Connect(invocation.target);
  v1::Statistics statistics;
  auto context = NewContext(invocation.target);
  if (const auto status = v1::NodeService::NewStub(channel)->GetStatistics(context.get(), {}, &statistics);
      !status.ok()) {
    return Report(status, invocation.target);
  }
  const auto stub = v1::WorkerService::NewStub(channel);
  v1::ListWorkersRequest request;
  request.set_page_size(1000);
  const auto take = [&](const v1::ProcessStatus& process) {
    if (process.name() != name && !process.name().starts_with(name.empty() ? name : name + "/")) return;
    ProcessView view{.status = process, .statistics = {}};
    for (const auto& one : statistics.processes()) {
      if (one.process() == process.name() && one.pid() == process.pid()) view.statistics = one;
    }
    found.push_back(std::move(view));
  };
  const auto status = ForEachPage<v1::ListWorkersResponse>(
      invocation.target, request,
      [&](auto* call, const auto& asked, auto* page) { return stub->ListWorkers(call, asked, page); },
      [&](auto& page, auto& /*next*/) {
        for (const auto& worker : page.workers()) {
          for (const auto& process : worker.processes()) take(process);
        }
        return Pages::kMore;
      });
  return status.ok() ? kOk : Report(status, invocation.target);
}

nlohmann::ordered_json AsJson(const ProcessView& view) {
  auto json = ctl::AsJson(view.status);
  json["statistics"] = ctl::AsJson(view.statistics);
  json["statistics"].erase("process");
  json["statistics"].erase("pid");
  return json;
}

std::string CpuSeconds(const v1::ProcessStatistics& statistics) {
  const auto milliseconds = google::protobuf::util::TimeUtil::DurationToMilliseconds(statistics.cpu_time());
  return OneDecimal(static_cast<double>(milliseconds) / 1000) + "s";
}

void PrintProcesses(const std::vector<ProcessView>& processes, bool wide) {
  Table table(Widened({"PROCESS", "STATE", "PID", "AGE", "RESTARTS", "SESSIONS", "CONNECTIONS", "LAST EXIT"},
                      wide,
                      {"REVISION", "CPU", "PRIVATE", "RESIDENT", "DESCRIPTORS", "ACCEPTED", "TURNED AWAY"}));
  for (const ProcessView& view : processes) {
    const auto& status = view.status;
    const auto& used = view.statistics;
    table.Add(Widened({ShortName(status.name()), EnumText(v1::ProcessStatus::State_Name(status.state())),
                       status.pid() == 0 ? "-" : std::to_string(status.pid()), Age(status.start_time()),
                       std::to_string(status.restarts()), std::to_string(status.sessions()),
                       std::to_string(status.connections()), OrDash(status.last_exit())},
                      wide,
                      {std::to_string(status.revision()), CpuSeconds(used), Octets(used.memory_private()),
                       Octets(used.memory_resident()),
                       std::to_string(used.descriptors()) + "/" + std::to_string(used.descriptors_limit()),
                       std::to_string(used.accepted_total()), std::to_string(used.turned_away_total())}));
  }
  table.Print();
}

ExitCode List(const Invocation& invocation, const std::string& worker) {
  std::vector<ProcessView> processes;
  const std::string parent = worker.empty() || worker.starts_with("workers/") ? worker : "workers/" + worker;
  if (const ExitCode code = Collect(invocation, parent, processes); code != kOk) return code;
  if (invocation.output == Output::kTable) {
    PrintProcesses(processes, invocation.wide);
    return kOk;
  }
  auto all = nlohmann::ordered_json::array();
  for (const ProcessView& view : processes) all.push_back(AsJson(view));
  Print(invocation.output, {{"processes", all}});
  return kOk;
}

void PrintProcess(const ProcessView& view) {
  const auto line = [](const std::string& label, const std::string& value) {
    std::cout << label << std::string(13 - label.size(), ' ') << Printable(value) << "\n";
  };
  const auto& status = view.status;
  const auto& used = view.statistics;
  const std::string state = EnumText(v1::ProcessStatus::State_Name(status.state()));
  line("process", status.name());
  std::cout << "state        " << Painted(state, PaintOfState(state)) << "\n";
  line("pid", status.pid() == 0 ? "-" : std::to_string(status.pid()) + ", for " + Age(status.start_time()));
  line("restarts", std::to_string(status.restarts()) +
                       (status.last_exit().empty() ? "" : ", last: " + status.last_exit()));
  line("revision", std::to_string(status.revision()));
  line("sessions",
       std::to_string(status.sessions()) + ", on " + std::to_string(status.connections()) + " connections");
  line("accepted",
       std::to_string(used.accepted_total()) + ", turned away " + std::to_string(used.turned_away_total()));
  line("messages", std::to_string(used.messages_total()));
  line("cpu", CpuSeconds(used));
  line("memory", Octets(used.memory_private()) + " private, " + Octets(used.memory_resident()) + " resident");
  line("descriptors", std::to_string(used.descriptors()) + " of " + std::to_string(used.descriptors_limit()));
  for (const auto& [reason, count] : std::map(used.ends_by_reason().begin(), used.ends_by_reason().end())) {
    line("ends", std::to_string(count) + " " + reason);
  }
}

ExitCode Get(const Invocation& invocation, const std::string& typed) {
  const auto name = FullName(typed, {"workers", "processes"});
  if (!name) {
    PrintError("expected WORKER/NUMBER, found \"" + typed + "\"");
    return kError;
  }
  std::vector<ProcessView> found;
  if (const ExitCode code = Collect(invocation, *name, found); code != kOk) return code;
  if (found.size() != 1) {
    PrintError("there is no process " + typed + "; `wampgatectl process list` shows those that there are");
    return kError;
  }
  invocation.output == Output::kTable ? PrintProcess(found.front())
                                      : Print(invocation.output, AsJson(found.front()));
  return kOk;
}

}  // namespace

void AddProcessCommands(CLI::App& app, Invocation& invocation) {
  auto* noun = app.add_subcommand("process", "The processes of the workers, and what they use");
  noun->require_subcommand(1);
  noun->footer("Example: wampgatectl process list -o wide");
  auto* list =
      noun->add_subcommand("list", "All processes, or those of one worker; -o wide has memory and CPU time");
  auto worker = std::make_shared<std::string>();
  list->add_option("worker", *worker, "Only those of this worker");
  list->footer("Example: wampgatectl process list edge -o wide");
  list->callback([&invocation, worker] {
    invocation.run = [&invocation, worker] { return List(invocation, *worker); };
  });
  auto* get = noun->add_subcommand("get", "One process: what it uses and did since it began");
  auto name = std::make_shared<std::string>();
  get->add_option("process", *name, "WORKER/NUMBER, as `process list` shows it")->required();
  get->footer("Example: wampgatectl process get edge/0");
  get->callback(
      [&invocation, name] { invocation.run = [&invocation, name] { return Get(invocation, *name); }; });
}

}  // namespace wampgate::ctl
