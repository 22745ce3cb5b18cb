// status and health: the node at a glance.

#include <google/protobuf/util/time_util.h>
#include <wampgate/v1/config_service.grpc.pb.h>
#include <wampgate/v1/node_service.grpc.pb.h>
#include <wampgate/v1/worker_service.grpc.pb.h>

#include <iostream>
#include <map>

#include "commands/commands.hpp"
#include "revision_text.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

using google::protobuf::util::TimeUtil;

std::string Readiness(const v1::NodeView& node) {
  return node.ready() ? Painted("ready", Paint::kGood)
                      : Painted("not ready: " + Printable(node.not_ready_reason()), Paint::kBad);
}

void PrintNode(const v1::NodeView& node) {
  std::cout << Printable(node.node_id()) << " (wampgate " << node.version() << ", pid " << node.pid()
            << "): " << Readiness(node) << "\n";
  if (node.has_log_level_expire_time()) {
    std::cout << "log level " << node.log_level() << " until "
              << TimeUtil::ToString(node.log_level_expire_time()) << "\n";
  }
  if (!node.http_address().empty()) {
    std::cout << "metrics and health over HTTP on " << node.http_address() << "\n";
  }
  for (const auto& [object, state] : std::map(node.operator_states().begin(), node.operator_states().end())) {
    std::cout << Printable(object) << " is " << Painted(state, PaintOfState(state)) << ", by an operator\n";
  }
}

/// Processes that live on for their sessions, and while an upgrade is under way which binary runs what.
void PrintGenerations(const v1::NodeView& node, const v1::ListWorkersResponse& workers) {
  if (!node.upgrade_operation().empty()) {
    std::cout << node.upgrade_operation() << " upgrades the node to " << node.executable() << " ("
              << node.build_id() << ")\n";
  }
  for (const auto& worker : workers.workers()) {
    for (const auto& process : worker.processes()) {
      const bool drains = process.state() == v1::ProcessStatus::STATE_DRAINING;
      const bool other = !process.build_id().empty() && process.build_id() != node.build_id();
      if (!drains && !other) continue;
      std::cout << process.name() << " (pid " << process.pid() << ")";
      if (drains) {
        std::cout << " drains, " << process.sessions() << " sessions left";
        if (process.has_drain_deadline())
          std::cout << ", until " << TimeUtil::ToString(process.drain_deadline());
      }
      if (other) std::cout << (drains ? "; " : " ") << "is of the binary " << process.build_id();
      std::cout << "\n";
    }
  }
}

void PrintStatus(const v1::NodeView& node, const v1::ConfigSnapshot& config,
                 const v1::ListWorkersResponse& workers) {
  PrintNode(node);
  PrintGenerations(node, workers);
  std::cout << "revision " << config.revision() << ", from " << Printable(config.origin()) << "\n";
  if (const std::string waits = DescribeConfirmation(config); !waits.empty()) std::cout << waits << "\n";
  if (config.file().drift() != v1::NodeFileState::IN_SYNC)
    std::cout << Printable(DescribeFile(config.file())) << "\n";
  Table table({"WORKER", "STATE", "PROCESSES", "SESSIONS", "LISTENS ON"});
  for (const auto& worker : workers.workers()) {
    std::string addresses;
    for (const auto& [transport, address] : worker.addresses())
      addresses += (addresses.empty() ? "" : ", ") + address;
    table.Add({LastPart(worker.name()), EnumText(v1::WorkerStatus::State_Name(worker.state())),
               RunningProcesses(worker), std::to_string(worker.sessions()), OrDash(addresses)});
  }
  table.Print();
}

/// What the table says, for scripts; the configuration itself is `export`'s.
nlohmann::ordered_json AsJson(const v1::NodeView& node, const v1::ConfigSnapshot& config,
                              const v1::ListWorkersResponse& workers) {
  v1::ConfigSnapshot about = config;
  about.clear_node();
  about.clear_text();
  nlohmann::ordered_json answer;
  answer["node"] = ctl::AsJson(node);
  answer["config"] = ctl::AsJson(about);
  answer["config"].erase("node");
  answer["config"].erase("text");
  answer["workers"] = ctl::AsJson(workers)["workers"];
  return answer;
}

ExitCode Status(const Invocation& invocation) {
  const auto channel = Connect(invocation.target);
  v1::ConfigSnapshot config;
  v1::ListWorkersRequest request;
  v1::ListWorkersResponse workers;
  v1::NodeView node;
  auto context = NewContext(invocation.target);
  if (const auto status = v1::NodeService::NewStub(channel)->GetNode(context.get(), {}, &node);
      !status.ok()) {
    return Report(status, invocation.target);
  }
  context = NewContext(invocation.target);
  if (const auto status = v1::ConfigService::NewStub(channel)->GetConfig(context.get(), {}, &config);
      !status.ok()) {
    return Report(status, invocation.target);
  }
  context = NewContext(invocation.target);
  request.set_page_size(1000);
  const auto status = v1::WorkerService::NewStub(channel)->ListWorkers(context.get(), request, &workers);
  if (!status.ok()) return Report(status, invocation.target);
  invocation.output == Output::kTable ? PrintStatus(node, config, workers)
                                      : Print(invocation.output, AsJson(node, config, workers));
  return kOk;
}

/// One line, and an exit code for scripts.
ExitCode Health(const Invocation& invocation) {
  v1::NodeView node;
  const auto context = NewContext(invocation.target);
  const auto status = v1::NodeService::NewStub(Connect(invocation.target))->GetNode(context.get(), {}, &node);
  if (!status.ok()) return Report(status, invocation.target);
  if (invocation.output == Output::kTable) {
    std::cout << Readiness(node) << "\n";
  } else {
    Print(invocation.output, {{"ready", node.ready()}, {"notReadyReason", node.not_ready_reason()}});
  }
  return node.ready() ? kOk : kError;
}

}  // namespace

void AddStatusCommand(CLI::App& app, Invocation& invocation) {
  auto* status = app.add_subcommand(
      "status", "The node at a glance: whether it is ready, the running revision, the workers");
  status->footer("Example: wampgatectl status");
  status->callback([&invocation] { invocation.run = [&invocation] { return Status(invocation); }; });
  auto* health =
      app.add_subcommand("health", "Whether the node is ready, for scripts: exit code 0 if it is, else 1");
  health->footer("Example: wampgatectl health");
  health->callback([&invocation] { invocation.run = [&invocation] { return Health(invocation); }; });
}

}  // namespace wampgate::ctl
