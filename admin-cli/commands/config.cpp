// apply, diff and export: the configuration as one document.

#include <wampgate/v1/config_service.grpc.pb.h>

#include <iostream>

#include "change_flags.hpp"
#include "commands/commands.hpp"
#include "input_file.hpp"
#include "plan_printer.hpp"
#include "revision_text.hpp"

namespace wampgate::ctl {
namespace {

struct ApplyFlags {
  std::string file;
  ChangeFlags change;
};

bool ReadDocument(const std::string& file, v1::ConfigDocument& document) {
  std::string text;
  if (!ReadAll(file, text)) return false;
  (IsYaml(file, text) ? document.mutable_yaml() : document.mutable_json())->assign(std::move(text));
  return true;
}

ExitCode Apply(const Invocation& invocation, const ApplyFlags& flags) {
  v1::ApplyConfigRequest request;
  if (!ReadDocument(flags.file, *request.mutable_document())) return kError;
  *request.mutable_options() = OptionsOf(flags.change);
  v1::ApplyResult result;
  auto stub = v1::ConfigService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->ApplyConfig(context.get(), request, &result); !status.ok()) {
    return Report(status, invocation.target);
  }
  PrintResult(invocation.output, result);
  return kOk;
}

/// What the node's own file says against what runs.
ExitCode DiffNodeFile(const Invocation& invocation) {
  v1::ConfigSnapshot snapshot;
  auto stub = v1::ConfigService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->GetConfig(context.get(), {}, &snapshot); !status.ok()) {
    return Report(status, invocation.target);
  }
  const v1::NodeFileState& file = snapshot.file();
  v1::Plan plan;
  *plan.mutable_changes() = file.differences();
  if (invocation.output != Output::kTable) {
    Print(invocation.output, AsJson(file));
  } else {
    PrintPlan(plan);
    std::cout << Printable(DescribeFile(file)) << "\n";
  }
  if (file.drift() == v1::NodeFileState::NO_FILE || file.drift() == v1::NodeFileState::FILE_BROKEN)
    return kError;
  return file.drift() == v1::NodeFileState::IN_SYNC ? kOk : kDifferent;
}

ExitCode Diff(const Invocation& invocation, const ApplyFlags& flags) {
  if (flags.file.empty()) return DiffNodeFile(invocation);
  v1::PlanConfigRequest request;
  if (!ReadDocument(flags.file, *request.mutable_document())) return kError;
  *request.mutable_removal() = RemovalOf(flags.change);
  v1::Plan plan;
  auto stub = v1::ConfigService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->PlanConfig(context.get(), request, &plan); !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output != Output::kTable) {
    Print(invocation.output, AsJson(plan));
  } else {
    PrintPlan(plan);
    if (plan.changes().empty()) std::cout << "no difference to revision " << plan.base_revision() << "\n";
  }
  return plan.changes().empty() ? kOk : kDifferent;
}

ExitCode Export(const Invocation& invocation, std::uint64_t revision) {
  const auto format =
      invocation.output == Output::kYaml ? v1::GetConfigRequest::YAML : v1::GetConfigRequest::JSON;
  v1::ConfigSnapshot snapshot;
  auto stub = v1::ConfigService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  grpc::Status status;
  if (revision == 0) {
    v1::GetConfigRequest request;
    request.set_format(format);
    status = stub->GetConfig(context.get(), request, &snapshot);
  } else {
    v1::GetRevisionRequest request;
    request.set_format(format);
    request.set_revision(revision);
    status = stub->GetRevision(context.get(), request, &snapshot);
  }
  if (!status.ok()) return Report(status, invocation.target);
  PrintDocument(snapshot.text());
  return kOk;
}

CLI::Option* AddFileFlag(CLI::App& command, ApplyFlags& flags) {
  return command.add_option("-f,--file", flags.file,
                            "JSON or YAML node file; - reads standard input, JSON or YAML");
}

}  // namespace

void AddConfigCommands(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ApplyFlags>();
  auto* apply = app.add_subcommand("apply", "Make the node run a configuration file, without a restart");
  AddFileFlag(*apply, *flags)->required();
  AddChangeFlags(*apply, flags->change);
  apply->footer("Example: wampgatectl apply -f config.yaml --confirm-timeout 5m -m \"new backend\"");
  apply->callback(
      [&invocation, flags] { invocation.run = [&invocation, flags] { return Apply(invocation, *flags); }; });

  auto plan = std::make_shared<ApplyFlags>();
  auto* diff =
      app.add_subcommand("diff",
                         "Show what applying a file would change, without -f the node's own file; exit "
                         "code 2 if anything would");
  AddFileFlag(*diff, *plan);
  AddRemovalFlag(*diff, plan->change);
  diff->footer("Example: wampgatectl diff -f config.yaml");
  diff->callback(
      [&invocation, plan] { invocation.run = [&invocation, plan] { return Diff(invocation, *plan); }; });

  auto revision = std::make_shared<std::uint64_t>(0);
  auto* exporting =
      app.add_subcommand("export", "Print the running configuration as a node file (JSON, or -o yaml)");
  exporting->add_option("--revision", *revision, "Print this revision instead")
      ->check(CLI::PositiveNumber)
      ->option_text("REV");
  exporting->footer("Example: wampgatectl export --revision 7 -o yaml");
  exporting->callback([&invocation, revision] {
    invocation.run = [&invocation, revision] { return Export(invocation, *revision); };
  });
}

}  // namespace wampgate::ctl
