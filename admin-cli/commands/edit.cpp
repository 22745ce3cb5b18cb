// edit: the running configuration in an editor.

#include <sys/wait.h>
#include <unistd.h>
#include <wampgate/v1/config_service.grpc.pb.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "change_flags.hpp"
#include "commands/commands.hpp"
#include "plan_printer.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// A file that only its owner can read; empty if it cannot be made.
std::string MakeFile(const std::string& text, const std::string& suffix) {
  std::error_code error;
  const auto folder = std::filesystem::temp_directory_path(error);
  std::string path = (folder / ("wampgate-XXXXXX" + suffix)).string();
  const int descriptor = ::mkstemps(path.data(), static_cast<int>(suffix.size()));
  if (descriptor < 0) {
    PrintError("cannot make a file in " + folder.string() + ": " + std::strerror(errno));
    return "";
  }
  ::close(descriptor);
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

bool RunEditor(const std::string& path) {
  const char* editor = std::getenv("VISUAL");
  if (editor == nullptr || *editor == '\0') editor = std::getenv("EDITOR");
  if (editor == nullptr || *editor == '\0') editor = "vi";
  const int status = std::system((std::string(editor) + " " + Quoted(path)).c_str());
  if (status == 0) return true;
  PrintError("the editor (" + std::string(editor) + ") ended with " +
             (WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status)) : "a signal") +
             "; nothing was applied");
  return false;
}

bool EditAgain() {
  std::cerr << "edit again? [Y/n] " << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) return false;
  return answer.empty() || answer[0] == 'y' || answer[0] == 'Y';
}

/// A refusal that another edit may mend.
bool IsMendable(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::INVALID_ARGUMENT ||
         status.error_code() == grpc::StatusCode::FAILED_PRECONDITION;
}

ExitCode Edit(const Invocation& invocation, const ChangeFlags& flags) {
  const bool yaml = invocation.output == Output::kYaml;
  v1::GetConfigRequest get;
  get.set_format(yaml ? v1::GetConfigRequest::YAML : v1::GetConfigRequest::JSON);
  v1::ConfigSnapshot before;
  auto stub = v1::ConfigService::NewStub(Connect(invocation.target));
  auto context = NewContext(invocation.target);
  if (const auto status = stub->GetConfig(context.get(), get, &before); !status.ok()) {
    return Report(status, invocation.target);
  }
  const std::string path = MakeFile(before.text(), yaml ? ".yaml" : ".json");
  if (path.empty()) return kError;
  v1::ApplyConfigRequest request;
  *request.mutable_options() = OptionsOf(flags);
  if (flags.expected_revision == 0) request.mutable_options()->set_expected_revision(before.revision());
  for (;;) {
    const bool edited = RunEditor(path);
    std::string text = Content(path);
    if (!edited || text == before.text()) {
      if (edited) std::cout << "nothing was edited; nothing was applied\n";
      ::unlink(path.c_str());
      return edited ? kOk : kError;
    }
    (yaml ? request.mutable_document()->mutable_yaml() : request.mutable_document()->mutable_json())
        ->assign(std::move(text));
    v1::ApplyResult result;
    context = NewContext(invocation.target);
    const auto status = stub->ApplyConfig(context.get(), request, &result);
    if (status.ok()) {
      ::unlink(path.c_str());
      PrintResult(Output::kTable, result);
      return kOk;
    }
    const ExitCode code = Report(status, invocation.target);
    if (IsMendable(status) && EditAgain()) continue;
    PrintError("what you edited is in " + path);
    return code;
  }
}

}  // namespace

void AddEditCommand(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ChangeFlags>();
  auto* edit = app.add_subcommand(
      "edit", "Edit the running configuration in $VISUAL or $EDITOR (JSON, or -o yaml) and apply it");
  AddChangeFlags(*edit, *flags);
  edit->footer("Example: EDITOR=nano wampgatectl edit -o yaml -m \"more memory\"");
  edit->callback(
      [&invocation, flags] { invocation.run = [&invocation, flags] { return Edit(invocation, *flags); }; });
}

}  // namespace wampgate::ctl
