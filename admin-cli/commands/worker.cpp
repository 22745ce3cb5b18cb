// worker list, get, start, stop, restart, scale and logs.

#include <wampgate/v1/worker_service.grpc.pb.h>

#include <iostream>

#include "change_flags.hpp"
#include "commands/commands.hpp"
#include "follow.hpp"
#include "pages.hpp"
#include "plan_printer.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

using Stub = v1::WorkerService::Stub;

std::string ResourceName(const std::string& name) {
  return name.starts_with("workers/") ? name : "workers/" + name;
}

std::string Addresses(const v1::WorkerStatus& worker) {
  std::string addresses;
  for (const auto& [transport, address] : worker.addresses())
    addresses += (addresses.empty() ? "" : ", ") + address;
  return OrDash(addresses);
}

std::string Restarts(const v1::WorkerStatus& worker) {
  std::uint64_t restarts = 0;
  for (const auto& process : worker.processes()) restarts += process.restarts();
  return std::to_string(restarts);
}

void PrintWorkers(const google::protobuf::RepeatedPtrField<v1::WorkerStatus>& workers, bool wide) {
  Table table(Widened({"WORKER", "TYPE", "STATE", "PROCESSES", "SESSIONS", "CONNECTIONS"}, wide,
                      {"RESTARTS", "LISTENS ON"}));
  for (const auto& worker : workers) {
    table.Add(Widened({LastPart(worker.name()), EnumText(v1::WorkerStatus::Type_Name(worker.type())),
                       EnumText(v1::WorkerStatus::State_Name(worker.state())), RunningProcesses(worker),
                       std::to_string(worker.sessions()), std::to_string(worker.connections())},
                      wide, {Restarts(worker), Addresses(worker)}));
  }
  table.Print();
}

void PrintWorker(const v1::WorkerStatus& worker) {
  const std::string state = EnumText(v1::WorkerStatus::State_Name(worker.state()));
  std::cout << Printable(LastPart(worker.name())) << ": " << Painted(state, PaintOfState(state)) << "\n";
  for (const auto& [transport, address] : worker.addresses())
    std::cout << "  " << Printable(transport) << "  " << Printable(address) << "\n";
  Table table({"PROCESS", "STATE", "PID", "AGE", "RESTARTS", "REVISION", "SESSIONS", "LAST EXIT"});
  for (const auto& process : worker.processes()) {
    table.Add({LastPart(process.name()), EnumText(v1::ProcessStatus::State_Name(process.state())),
               process.pid() == 0 ? "-" : std::to_string(process.pid()), Age(process.start_time()),
               std::to_string(process.restarts()), std::to_string(process.revision()),
               std::to_string(process.sessions()), OrDash(process.last_exit())});
  }
  table.Print();
}

ExitCode List(const Invocation& invocation) {
  auto stub = v1::WorkerService::NewStub(Connect(invocation.target));
  v1::ListWorkersResponse all;
  const auto status = ForEachPage<v1::ListWorkersResponse>(
      invocation.target, v1::ListWorkersRequest(),
      [&](auto* context, const auto& asked, auto* page) { return stub->ListWorkers(context, asked, page); },
      [&](auto& page, auto& /*next*/) {
        all.mutable_workers()->MergeFrom(page.workers());
        return Pages::kMore;
      });
  if (!status.ok()) return Report(status, invocation.target);
  invocation.output == Output::kTable ? PrintWorkers(all.workers(), invocation.wide)
                                      : Print(invocation.output, AsJson(all));
  return kOk;
}

/// Get, start and stop have the same shape: a name in, the worker's status out.
template <typename Request>
using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, v1::WorkerStatus*);

struct Verb {
  const char* name;
  const char* help;
};

template <typename Request>
void AddVerb(CLI::App& noun, Invocation& invocation, Method<Request> method, Verb verb) {
  auto name = std::make_shared<std::string>();
  auto* command = noun.add_subcommand(verb.name, verb.help);
  command->add_option("worker", *name, "Id of the worker")->required();
  command->footer(std::string("Example: wampgatectl worker ") + verb.name + " edge");
  command->callback([&invocation, name, method] {
    invocation.run = [&invocation, name, method] {
      Request request;
      request.set_name(ResourceName(*name));
      v1::WorkerStatus worker;
      auto stub = v1::WorkerService::NewStub(Connect(invocation.target));
      const auto context = NewContext(invocation.target);
      if (const auto status = ((*stub).*method)(context.get(), request, &worker); !status.ok()) {
        return Report(status, invocation.target);
      }
      invocation.output == Output::kTable ? PrintWorker(worker) : Print(invocation.output, AsJson(worker));
      return kOk;
    };
  });
}

void PrintLogLine(const Invocation& invocation, const v1::LogLine& line) {
  if (invocation.output != Output::kTable) {
    std::cout << OneLine(AsJson(line)) << std::endl;
    return;
  }
  if (line.lost() != 0) std::cout << "(" << line.lost() << " lines were lost)\n";
  std::cout << Clock(line.time()) << " " << line.level() << " " << Printable(line.process()) << " "
            << line.module() << ": " << Printable(line.text()) << std::endl;
}

ExitCode Logs(const Invocation& invocation, const std::string& worker, const std::string& level,
              std::uint64_t count) {
  v1::StreamLogsRequest request;
  request.set_name(worker.empty() ? "workers/-" : ResourceName(worker));
  request.set_level(level);
  const auto stub = v1::WorkerService::NewStub(Connect(invocation.target));
  const auto context = NewEndlessContext(invocation.target);
  const auto reader = stub->StreamLogs(context.get(), request);
  return Follow(*reader, *context, invocation.target, count, [&invocation](const v1::LogLine& line) {
    PrintLogLine(invocation, line);
    return true;
  });
}

ExitCode PrintStatus(const Invocation& invocation, const grpc::Status& status,
                     const v1::WorkerStatus& worker) {
  if (!status.ok()) return Report(status, invocation.target);
  invocation.output == Output::kTable ? PrintWorker(worker) : Print(invocation.output, AsJson(worker));
  return kOk;
}

void AddRestart(CLI::App& noun, Invocation& invocation) {
  auto* restart = noun.add_subcommand(
      "restart",
      "Replace a worker's processes one after the other; each successor serves before sessions end");
  auto name = std::make_shared<std::string>();
  auto flags = std::make_shared<ChangeFlags>();
  flags->sessions = "close";
  restart->add_option("worker", *name, "Id of the worker")->required();
  AddRemovalFlag(*restart, *flags);
  restart->footer("Example: wampgatectl worker restart edge --sessions drain --drain-rate 50");
  restart->callback([&invocation, name, flags] {
    invocation.run = [&invocation, name, flags] {
      v1::RestartWorkerRequest request;
      request.set_name(ResourceName(*name));
      *request.mutable_removal() = RemovalOf(*flags);
      v1::WorkerStatus worker;
      const auto stub = v1::WorkerService::NewStub(Connect(invocation.target));
      const auto context = NewContext(invocation.target);
      return PrintStatus(invocation, stub->RestartWorker(context.get(), request, &worker), worker);
    };
  });
}

ExitCode Scale(const Invocation& invocation, const v1::ScaleWorkerRequest& request) {
  v1::ScaleWorkerResponse response;
  const auto stub = v1::WorkerService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->ScaleWorker(context.get(), request, &response); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output != Output::kTable) return Print(invocation.output, AsJson(response)), kOk;
  PrintResult(invocation.output, response.result());
  PrintWorker(response.worker());
  return kOk;
}

void AddScale(CLI::App& noun, Invocation& invocation) {
  auto* scale = noun.add_subcommand(
      "scale", "Change the number of a worker's processes, which is a change of its options.processes");
  auto name = std::make_shared<std::string>();
  auto count = std::make_shared<std::uint32_t>(0);
  auto etag = std::make_shared<std::string>();
  auto flags = std::make_shared<ChangeFlags>();
  flags->sessions = "drain";
  scale->add_option("worker", *name, "Id of the worker")->required();
  scale->add_option("processes", *count, "How many there are to be")->required();
  scale->add_option("--etag", *etag, "Refuse if the worker is not as it was read");
  AddChangeFlags(*scale, *flags);
  scale->footer("Example: wampgatectl worker scale edge 4 -m 'more clients'");
  scale->callback([&invocation, name, count, etag, flags] {
    invocation.run = [&invocation, name, count, etag, flags] {
      v1::ScaleWorkerRequest request;
      request.set_name(ResourceName(*name));
      request.set_processes(*count);
      request.set_etag(*etag);
      *request.mutable_options() = OptionsOf(*flags);
      return Scale(invocation, request);
    };
  });
}

void AddLogs(CLI::App& noun, Invocation& invocation) {
  auto* logs = noun.add_subcommand("logs", "Show what the processes log, from now on");
  auto worker = std::make_shared<std::string>();
  auto level = std::make_shared<std::string>("info");
  auto count = std::make_shared<std::uint64_t>(0);
  logs->add_option("worker", *worker, "Id of the worker, or workers/W/processes/N; default: all");
  logs->add_option("--level", *level, "Lines of this level and above, whatever the log level of the node is")
      ->option_text("debug|info|warning|error [info]");
  logs->add_option("--count", *count, "End after so many lines")->option_text("NUMBER [never]");
  logs->footer("Example: wampgatectl worker logs edge --level debug");
  logs->callback([&invocation, worker, level, count] {
    invocation.run = [&invocation, worker, level, count] {
      return Logs(invocation, *worker, *level, *count);
    };
  });
}

}  // namespace

void AddWorkerCommands(CLI::App& app, Invocation& invocation) {
  auto* worker = app.add_subcommand("worker", "The workers and their processes");
  worker->require_subcommand(1);
  worker->footer("Example: wampgatectl worker get edge");
  auto* list = worker->add_subcommand("list", "All workers");
  list->footer("Example: wampgatectl worker list -o wide");
  list->callback([&invocation] { invocation.run = [&invocation] { return List(invocation); }; });
  AddVerb<v1::GetWorkerRequest>(*worker, invocation, &Stub::GetWorker,
                                {"get", "One worker: its processes, their pids, where it listens"});
  AddVerb<v1::StartWorkerRequest>(*worker, invocation, &Stub::StartWorker,
                                  {"start", "Start a stopped worker"});
  AddVerb<v1::StopWorkerRequest>(
      *worker, invocation, &Stub::StopWorker,
      {"stop",
       "End a worker's sessions and processes until it is started again, also over restarts of the node"});
  AddRestart(*worker, invocation);
  AddScale(*worker, invocation);
  AddLogs(*worker, invocation);
}

}  // namespace wampgate::ctl
