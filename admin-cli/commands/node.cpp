// drain, undrain, upgrade, log-level, whoami, shutdown and events: the node as a whole.

#include <google/protobuf/util/time_util.h>
#include <wampgate/v1/node_service.grpc.pb.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "commands/commands.hpp"
#include "drain_flags.hpp"
#include "follow.hpp"
#include "operation_progress.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

using google::protobuf::util::TimeUtil;

// The node runs the new binary twice before it answers.
constexpr std::chrono::seconds kCheckTime{70};

ExitCode PrintNode(const Invocation& invocation, const v1::NodeView& node) {
  if (invocation.output != Output::kTable) {
    Print(invocation.output, AsJson(node));
  } else {
    std::cout << (node.ready() ? "ready" : "not ready: " + Printable(node.not_ready_reason())) << "\n";
  }
  return kOk;
}

ExitCode Drain(const Invocation& invocation, const DrainFlags& options) {
  v1::DrainNodeRequest request;
  SetDrain(options, request);
  google::longrunning::Operation operation;
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->DrainNode(context.get(), request, &operation); !status.ok()) {
    return Report(status, invocation.target);
  }
  return FinishOperation(invocation, options.wait, operation);
}

struct UpgradeFlags {
  std::string path;
  std::uint32_t rate = 0;
  double deadline = 0;
  bool dry_run = false;
  bool wait = false;
};

ExitCode Upgrade(const Invocation& invocation, const UpgradeFlags& flags) {
  v1::UpgradeNodeRequest request;
  std::error_code ignored;
  request.set_path(std::filesystem::absolute(flags.path, ignored).lexically_normal().string());
  request.set_rate(flags.rate);
  if (flags.deadline != 0) *request.mutable_deadline() = Seconds(flags.deadline);
  request.set_validate_only(flags.dry_run);
  google::longrunning::Operation operation;
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  context->set_deadline(std::chrono::system_clock::now() + std::max(invocation.target.timeout, kCheckTime));
  if (const auto status = stub->UpgradeNode(context.get(), request, &operation); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (!flags.dry_run) return FinishOperation(invocation, flags.wait, operation);
  v1::UpgradeProgress progress;
  operation.metadata().UnpackTo(&progress);
  if (invocation.output != Output::kTable) return Print(invocation.output, AsJson(progress)), kOk;
  std::cout << progress.path() << " (" << progress.build_id() << ") can take the node over from "
            << (progress.previous_path().empty() ? "one whose file is gone" : progress.previous_path())
            << " (" << progress.previous_build_id() << ")\n";
  return kOk;
}

void AddUpgrade(CLI::App& app, Invocation& invocation) {
  auto* upgrade = app.add_subcommand("upgrade",
                                     "Run on with another binary: the supervisor replaces itself, then the "
                                     "worker processes are replaced one "
                                     "after the other, and those before end their sessions at a rate. Nobody "
                                     "is turned away. The way back is the "
                                     "same with the path of the binary before");
  auto flags = std::make_shared<UpgradeFlags>();
  upgrade->add_option("path", flags->path, "The new wampgated, on the node's machine")->required();
  upgrade->add_option("--rate", flags->rate, "Sessions closed per second in each process before")
      ->option_text("1...100000 [100]");
  upgrade
      ->add_option("--deadline", flags->deadline,
                   "What is left so long after a process has its successor is closed")
      ->option_text("SECONDS [600]");
  upgrade->add_flag("--dry-run", flags->dry_run, "Only check that it could");
  upgrade->add_flag("--wait", flags->wait,
                    "Wait until every process is of the new binary and the others have drained");
  upgrade->footer("Example: wampgatectl upgrade /opt/wampgate-0.2/bin/wampgated --rate 50 --wait");
  upgrade->callback([&invocation, flags] {
    invocation.run = [&invocation, flags] { return Upgrade(invocation, *flags); };
  });
}

ExitCode Undrain(const Invocation& invocation) {
  v1::NodeView node;
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  const auto status = stub->UndrainNode(context.get(), {}, &node);
  return status.ok() ? PrintNode(invocation, node) : Report(status, invocation.target);
}

ExitCode SetLogLevel(const Invocation& invocation, const std::string& level, double expiry) {
  v1::SetLogLevelRequest request;
  request.set_level(level);
  if (expiry > 0) *request.mutable_expiry() = Seconds(expiry);
  v1::NodeView node;
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->SetLogLevel(context.get(), request, &node); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output != Output::kTable) return PrintNode(invocation, node);
  std::cout << "log level " << node.log_level();
  if (node.has_log_level_expire_time()) {
    std::cout << " until " << TimeUtil::ToString(node.log_level_expire_time());
  }
  std::cout << "\n";
  return kOk;
}

ExitCode WhoAmI(const Invocation& invocation) {
  v1::WhoAmIResponse answer;
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->WhoAmI(context.get(), {}, &answer); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output != Output::kTable) {
    Print(invocation.output, AsJson(answer));
  } else {
    std::cout << Printable(answer.identity()) << ": " << answer.role() << "\n";
  }
  return kOk;
}

ExitCode Shutdown(const Invocation& invocation) {
  v1::ShutdownResponse nothing;
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  const auto status = stub->Shutdown(context.get(), {}, &nothing);
  if (status.ok()) std::cout << "the node stops: its sessions end\n";
  return Report(status, invocation.target);
}

void PrintEvent(const Invocation& invocation, const v1::NodeEvent& event) {
  if (invocation.output == Output::kJson) {
    std::cout << OneLine(AsJson(event)) << std::endl;  // a line each
    return;
  }
  if (invocation.output == Output::kYaml) {
    std::cout << "---\n";
    Print(invocation.output, AsJson(event));
    std::cout << std::flush;
    return;
  }
  if (event.kind() == v1::NodeEvent::BOOKMARK) return;
  const bool snapshot = event.kind() == v1::NodeEvent::SNAPSHOT;
  std::cout << TimeUtil::ToString(event.time()) << "  " << event.sequence() << "  " << Printable(event.name())
            << (snapshot ? "  is " : "  ") << Painted(Printable(event.state()), PaintOfState(event.state()))
            << (event.detail().empty() ? "" : " (" + Printable(event.detail()) + ")") << std::endl;
}

ExitCode Watch(const Invocation& invocation, std::uint64_t from, std::uint64_t count) {
  v1::WatchEventsRequest request;
  request.set_from_sequence(from);
  const auto stub = v1::NodeService::NewStub(Connect(invocation.target));
  const auto context = NewEndlessContext(invocation.target);
  const auto reader = stub->WatchEvents(context.get(), request);
  return Follow(*reader, *context, invocation.target, count, [&invocation](const v1::NodeEvent& event) {
    PrintEvent(invocation, event);
    return event.kind() != v1::NodeEvent::BOOKMARK;
  });
}

}  // namespace

void AddNodeCommands(CLI::App& app, Invocation& invocation) {
  auto* drain = app.add_subcommand("drain",
                                   "Take the node out of service: it is not ready, accepts nothing "
                                   "more, and its sessions end one after the other, idle ones first");
  auto options = std::make_shared<DrainFlags>();
  AddDrainFlags(*drain, *options, "Accept for so long after readiness is gone");
  drain->footer("Example: wampgatectl drain --lame-duck 15 --rate 50 --deadline 300 --wait");
  drain->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return Drain(invocation, *options); };
  });
  auto* undrain = app.add_subcommand("undrain", "Accept clients again, after or during a drain");
  undrain->footer("Example: wampgatectl undrain");
  undrain->callback([&invocation] { invocation.run = [&invocation] { return Undrain(invocation); }; });

  AddUpgrade(app, invocation);
  auto* log_level = app.add_subcommand("log-level", "Set the log level of the running node");
  auto level = std::make_shared<std::string>();
  auto expiry = std::make_shared<double>(0);
  log_level->add_option("level", *level, "Lines of this level and above")
      ->option_text("trace|debug|info|warning|error")
      ->required();
  log_level->add_option("--for", *expiry, "The level of the command line is back after this time")
      ->option_text("SECONDS [for ever]");
  log_level->footer("Example: wampgatectl log-level debug --for 300");
  log_level->callback([&invocation, level, expiry] {
    invocation.run = [&invocation, level, expiry] { return SetLogLevel(invocation, *level, *expiry); };
  });

  auto* whoami = app.add_subcommand("whoami", "Who the node takes you for, and what you may do");
  whoami->footer("Example: wampgatectl whoami");
  whoami->callback([&invocation] { invocation.run = [&invocation] { return WhoAmI(invocation); }; });

  auto* shutdown = app.add_subcommand("shutdown", "End the node and its sessions, as SIGTERM does");
  shutdown->footer("Example: wampgatectl shutdown");
  shutdown->callback([&invocation] { invocation.run = [&invocation] { return Shutdown(invocation); }; });

  auto* events = app.add_subcommand("events", "Show how the node's objects are, and what becomes of them");
  auto from = std::make_shared<std::uint64_t>(0);
  auto count = std::make_shared<std::uint64_t>(0);
  events->add_option("--from", *from, "Go on after the event of this number, without the snapshot");
  events->add_option("--count", *count, "End after so many events")->option_text("NUMBER [never]");
  events->footer("Example: wampgatectl events -o json | jq -r .detail");
  events->callback([&invocation, from, count] {
    invocation.run = [&invocation, from, count] { return Watch(invocation, *from, *count); };
  });
}

}  // namespace wampgate::ctl
