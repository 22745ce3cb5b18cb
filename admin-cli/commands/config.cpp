// apply, diff and export: the configuration as one document.

#include <wampgate/v1/config_service.grpc.pb.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "commands/commands.hpp"

namespace wampgate::ctl {
namespace {

struct ApplyFlags {
  std::string file;
  std::string message;
  std::string sessions = "keep";
  std::uint64_t expected_revision = 0;
  bool dry_run = false;
};

bool ReadAll(const std::string& file, std::string& text) {
  std::stringstream all;
  if (file == "-") {
    all << std::cin.rdbuf();
  } else {
    std::error_code ignored;
    const bool is_directory = std::filesystem::is_directory(file, ignored);
    std::ifstream stream(file);
    if (is_directory || !stream) {
      std::cerr << "wampgatectl: cannot read " << file << ": " << std::strerror(is_directory ? EISDIR : errno)
                << "\n";
      return false;
    }
    all << stream.rdbuf();
  }
  text = std::move(all).str();
  return true;
}

/// By the file's name; what comes from standard input is JSON if it begins as a JSON object, or a comment
/// before one.
bool IsYaml(const std::string& file, const std::string& text) {
  if (file != "-") return file.ends_with(".yaml") || file.ends_with(".yml");
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] != '{' && text[first] != '/';
}

bool ReadDocument(const std::string& file, v1::ConfigDocument& document) {
  std::string text;
  if (!ReadAll(file, text)) return false;
  (IsYaml(file, text) ? document.mutable_yaml() : document.mutable_json())->assign(std::move(text));
  return true;
}

v1::Removal RemovalOf(const ApplyFlags& flags) {
  v1::Removal removal;
  removal.set_sessions(flags.sessions == "close" ? v1::Removal::CLOSE : v1::Removal::KEEP);
  return removal;
}

std::string OrUnset(const std::string& value) {
  return value.empty() ? "(unset)" : value;
}

void PrintPlan(const v1::Plan& plan) {
  for (const auto& warning : plan.warnings()) {
    std::cerr << "warning: " << warning.field() << ": " << warning.description() << "\n";
  }
  for (const auto& change : plan.changes()) {
    std::cout << EnumText(v1::PlannedChange::Action_Name(change.action())) << "  " << change.name();
    if (const auto closed = change.sessions_closed(); closed > 0) {
      std::cout << "  (closes " << closed << (closed == 1 ? " session)" : " sessions)");
    }
    std::cout << "\n";
    for (const auto& field : change.fields()) {
      std::cout << "    " << field.field() << ": " << OrUnset(field.old_value()) << " -> "
                << OrUnset(field.new_value()) << "\n";
    }
  }
}

void PrintResult(const v1::ApplyResult& result) {
  PrintPlan(result.plan());
  for (const auto& process : result.processes()) {
    if (process.outcome() == v1::ProcessResult::COMMITTED) continue;
    std::cout << process.process() << ": " << EnumText(v1::ProcessResult::Outcome_Name(process.outcome()))
              << (process.detail().empty() ? "" : ", " + process.detail()) << "\n";
  }
  switch (result.outcome()) {
    case v1::ApplyResult::NO_CHANGE:
      std::cout << "no change: revision " << result.revision() << " runs this document already\n";
      break;
    case v1::ApplyResult::VALIDATED:
      std::cout << "valid; nothing was changed (revision " << result.revision() << " runs)\n";
      break;
    default:
      std::cout << "revision " << result.revision() << " runs\n";
  }
}

ExitCode Apply(const Invocation& invocation, const ApplyFlags& flags) {
  v1::ApplyConfigRequest request;
  if (!ReadDocument(flags.file, *request.mutable_document())) return kError;
  v1::ChangeOptions& options = *request.mutable_options();
  options.set_expected_revision(flags.expected_revision);
  options.set_validate_only(flags.dry_run);
  options.set_message(flags.message);
  *options.mutable_removal() = RemovalOf(flags);
  v1::ApplyResult result;
  auto stub = v1::ConfigService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->ApplyConfig(context.get(), request, &result); !status.ok()) {
    return Report(status, invocation.target);
  }
  invocation.output == Output::kTable ? PrintResult(result) : Print(invocation.output, AsJson(result));
  return kOk;
}

ExitCode Diff(const Invocation& invocation, const ApplyFlags& flags) {
  v1::PlanConfigRequest request;
  if (!ReadDocument(flags.file, *request.mutable_document())) return kError;
  *request.mutable_removal() = RemovalOf(flags);
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

ExitCode Export(const Invocation& invocation) {
  v1::GetConfigRequest request;
  request.set_format(invocation.output == Output::kYaml ? v1::GetConfigRequest::YAML
                                                        : v1::GetConfigRequest::JSON);
  v1::ConfigSnapshot snapshot;
  auto stub = v1::ConfigService::NewStub(Connect(invocation.target));
  const auto context = NewContext(invocation.target);
  if (const auto status = stub->GetConfig(context.get(), request, &snapshot); !status.ok()) {
    return Report(status, invocation.target);
  }
  std::cout << snapshot.text();
  if (!snapshot.text().ends_with("\n")) std::cout << "\n";
  return kOk;
}

void AddDocumentFlags(CLI::App& command, ApplyFlags& flags) {
  command.add_option("-f,--file", flags.file, "JSON or YAML node file; - reads standard input, JSON or YAML")
      ->required();
  command
      .add_option("--sessions", flags.sessions,
                  "Sessions of transports and paths that go: keep them until they close, or close them now")
      ->check(CLI::IsMember({"keep", "close"}))
      ->capture_default_str();
}

}  // namespace

void AddConfigCommands(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ApplyFlags>();
  auto* apply = app.add_subcommand("apply", "Make the node run a configuration file, without a restart");
  AddDocumentFlags(*apply, *flags);
  apply->add_flag("--dry-run", flags->dry_run, "Check and plan only");
  apply->add_option("--expected-revision", flags->expected_revision, "Refuse if another revision is running");
  apply->add_option("-m,--message", flags->message, "Why, kept with the revision");
  apply->callback(
      [&invocation, flags] { invocation.run = [&invocation, flags] { return Apply(invocation, *flags); }; });

  auto plan = std::make_shared<ApplyFlags>();
  auto* diff =
      app.add_subcommand("diff", "Show what applying a file would change; exit code 2 if anything would");
  AddDocumentFlags(*diff, *plan);
  diff->callback(
      [&invocation, plan] { invocation.run = [&invocation, plan] { return Diff(invocation, *plan); }; });

  auto* exporting =
      app.add_subcommand("export", "Print the running configuration as a node file (JSON, or -o yaml)");
  exporting->callback([&invocation] { invocation.run = [&invocation] { return Export(invocation); }; });
}

}  // namespace wampgate::ctl
