// operation list, get, wait and cancel.

#include <google/longrunning/operations.grpc.pb.h>

#include <iostream>

#include "commands/commands.hpp"
#include "operation_progress.hpp"

namespace wampgate::ctl {
namespace {

using google::longrunning::Operation;
using google::longrunning::Operations;

std::string ResourceName(const std::string& name) {
  return name.starts_with("operations/") ? name : "operations/" + name;
}

void PrintOperations(const google::protobuf::RepeatedPtrField<Operation>& operations, bool wide) {
  Table table(Widened({"OPERATION", "STATE", "PROGRESS"}, wide, {"SINCE", "NAME"}));
  for (const auto& operation : operations) {
    table.Add(Widened({LastPart(operation.name()), StateText(operation), ProgressText(operation)}, wide,
                      {StartText(operation), operation.name()}));
  }
  table.Print();
}

ExitCode List(const Invocation& invocation, const std::string& filter) {
  const auto stub = Operations::NewStub(Connect(invocation.target));
  google::longrunning::ListOperationsRequest request;
  google::longrunning::ListOperationsResponse all;
  request.set_filter(filter);
  request.set_page_size(1000);
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->ListOperations(context.get(), request, &all); !status.ok()) {
    return Report(status, invocation.target);
  }
  invocation.output == Output::kTable ? PrintOperations(all.operations(), invocation.wide)
                                      : Print(invocation.output, AsJson(all));
  return kOk;
}

ExitCode Get(const Invocation& invocation, const std::string& name, Operation& operation) {
  const auto stub = Operations::NewStub(Connect(invocation.target));
  google::longrunning::GetOperationRequest request;
  request.set_name(ResourceName(name));
  const auto context = NewContext(invocation.target);
  return Report(stub->GetOperation(context.get(), request, &operation), invocation.target);
}

ExitCode GetAndPrint(const Invocation& invocation, const std::string& name) {
  Operation operation;
  const ExitCode code = Get(invocation, name, operation);
  if (code == kOk) PrintOperation(invocation, operation);
  return code;
}

ExitCode Wait(const Invocation& invocation, const std::string& name, std::chrono::seconds longest) {
  Operation operation;
  if (const ExitCode code = Get(invocation, name, operation); code != kOk) return code;
  const ExitCode code = AwaitOperation(invocation, longest, operation);
  if (code == kOk || code == kTimeout) PrintOperation(invocation, operation);
  return code;
}

ExitCode Cancel(const Invocation& invocation, const std::string& name) {
  const auto stub = Operations::NewStub(Connect(invocation.target));
  google::longrunning::CancelOperationRequest request;
  google::protobuf::Empty nothing;
  request.set_name(ResourceName(name));
  const auto context = NewContext(invocation.target);
  const auto status = stub->CancelOperation(context.get(), request, &nothing);
  return status.ok() ? GetAndPrint(invocation, name) : Report(status, invocation.target);
}

}  // namespace

void AddOperationCommands(CLI::App& app, Invocation& invocation) {
  auto* noun = app.add_subcommand("operation", "Long-running work: what drains began");
  noun->require_subcommand(1);
  noun->footer("Example: wampgatectl operation list");
  auto* list = noun->add_subcommand("list", "What runs, and what ended within the last hour");
  auto filter = std::make_shared<std::string>();
  list->add_option("--filter", *filter, "done = false, or done = true");
  list->footer("Example: wampgatectl operation list --filter 'done = false'");
  list->callback([&invocation, filter] {
    invocation.run = [&invocation, filter] { return List(invocation, *filter); };
  });
  const auto verb = [&](const char* name, const char* help) {
    auto* command = noun->add_subcommand(name, help);
    auto operation = std::make_shared<std::string>();
    command->add_option("operation", *operation, "Its name, as `operation list` shows it")->required();
    return std::pair(command, operation);
  };
  const auto [get, got] = verb("get", "One operation as it stands");
  get->footer("Example: wampgatectl operation get 5d0c9a1e-3");
  get->callback([&invocation, name = got] {
    invocation.run = [&invocation, name] { return GetAndPrint(invocation, *name); };
  });
  const auto [wait, awaited] = verb("wait", "Wait until it ends; exit code 1 if it failed");
  auto longest = std::make_shared<std::chrono::seconds>(0);
  wait->add_option("--for", *longest, "Give up after so many seconds, with exit code 4; 0: never")
      ->option_text("SECONDS [0]")
      ->check(CLI::Range(0, 1'000'000));
  wait->footer("Example: wampgatectl operation wait 5d0c9a1e-3 --for 600");
  wait->callback([&invocation, name = awaited, longest] {
    invocation.run = [&invocation, name, longest] { return Wait(invocation, *name, *longest); };
  });
  const auto [cancel, cancelled] =
      verb("cancel", "Stop it where it is; what it stopped accepting is accepted again");
  cancel->footer("Example: wampgatectl operation cancel 5d0c9a1e-3");
  cancel->callback([&invocation, name = cancelled] {
    invocation.run = [&invocation, name] { return Cancel(invocation, *name); };
  });
}

}  // namespace wampgate::ctl
