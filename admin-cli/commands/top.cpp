// top: a live table of the processes.

#include <google/protobuf/util/time_util.h>
#include <wampgate/v1/node_service.grpc.pb.h>

#include <iostream>
#include <map>
#include <thread>

#include "commands/commands.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

using google::protobuf::util::TimeUtil;

/// What happened between two looks.
struct Looks {
  const v1::Statistics& before;
  const v1::Statistics& now;
  double seconds() const {
    return static_cast<double>(TimeUtil::DurationToMilliseconds(now.time() - before.time())) / 1000;
  }
};

/// Of the same process; null if it is new.
const v1::ProcessStatistics* Find(const v1::Statistics& statistics, const v1::ProcessStatistics& process) {
  for (const v1::ProcessStatistics& one : statistics.processes()) {
    if (one.process() == process.process() && one.pid() == process.pid()) return &one;
  }
  return nullptr;
}

void AddRow(const Looks& looks, const v1::ProcessStatistics& now, Table& table) {
  const v1::ProcessStatistics* before = Find(looks.before, now);
  const double seconds = before == nullptr ? 0 : looks.seconds();
  std::string cpu = "-", messages = "-";
  if (seconds > 0) {
    const auto used = TimeUtil::DurationToMilliseconds(now.cpu_time() - before->cpu_time());
    cpu = OneDecimal(static_cast<double>(used) / 10 / seconds);
    messages = OneDecimal(static_cast<double>(now.messages_total() - before->messages_total()) / seconds);
  }
  table.Add({now.process(), std::to_string(now.pid()), cpu, Octets(now.memory_private()),
             std::to_string(now.descriptors()) + "/" + std::to_string(now.descriptors_limit()),
             std::to_string(now.connections()), std::to_string(now.sessions()), messages,
             std::to_string(now.accepted_total())});
}

void PrintTable(const Looks& looks) {
  Table table({"PROCESS", "PID", "CPU%", "PRIVATE", "DESCRIPTORS", "CONNECTIONS", "SESSIONS", "MESSAGES/S",
               "ACCEPTED"});
  for (const v1::ProcessStatistics& process : looks.now.processes()) AddRow(looks, process, table);
  table.Print();
  const v1::ProcessStatistics& total = looks.now.total();
  std::cout << total.sessions() << " sessions, " << total.connections() << " connections, "
            << Octets(total.memory_private()) << " private memory\n";
}

ExitCode Top(const Invocation& invocation, double interval, bool once) {
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const bool live = IsTerminal(Stream::kOut) && !once;
  v1::Statistics before;
  for (bool first = true;; first = false) {
    v1::Statistics now;
    const auto context = NewContext(invocation.target);
    if (const auto status = stub->GetStatistics(context.get(), {}, &now); !status.ok()) {
      return Report(status, invocation.target);
    }
    if (invocation.output != Output::kTable) {
      Print(invocation.output, AsJson(now));
      return kOk;
    }
    if (live) std::cout << "\033[H\033[J";
    if (live || !first) PrintTable({before, now});
    std::cout << std::flush;
    if (!live && !first) return kOk;
    before = std::move(now);
    std::this_thread::sleep_for(std::chrono::duration<double>(interval));
  }
}

}  // namespace

void AddTopCommand(CLI::App& app, Invocation& invocation) {
  auto* top = app.add_subcommand("top", "What the processes use and do, as a live table");
  auto interval = std::make_shared<double>(2);
  auto once = std::make_shared<bool>(false);
  top->add_option("--interval", *interval, "Between two looks")
      ->option_text("SECONDS [2]")
      ->check(CLI::Range(0.1, 3600.0));
  top->add_flag("--once", *once, "One table after one interval, as in a pipe");
  top->footer("Example: wampgatectl top --interval 5; for scripts: wampgatectl top -o json");
  top->callback([&invocation, interval, once] {
    invocation.run = [&invocation, interval, once] { return Top(invocation, *interval, *once); };
  });
}

}  // namespace wampgate::ctl
