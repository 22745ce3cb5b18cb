// session close.

#include <iostream>

#include "commands/session_choice.hpp"
#include "operation_progress.hpp"

namespace wampgate::ctl {
namespace {

struct Closing {
  v1::CloseSessionsRequest request;
  std::string name, filter, worker = "-";
  bool all = false, wait = false;
  std::uint32_t retry_after = 0;
};

ExitCode Close(const Invocation& invocation, const Closing& closing) {
  v1::CloseSessionsRequest request = closing.request;
  request.set_parent(SessionParent(closing.worker));
  request.set_filter(closing.all ? "all" : closing.filter);
  if (!closing.name.empty()) {
    const std::string name = LongSession(closing.name);
    request.set_parent(name.substr(0, name.find("/sessions/")));
    request.set_filter("name = \"" + name + "\"");
  }
  if (closing.retry_after != 0) request.mutable_retry_after()->set_seconds(closing.retry_after);
  google::longrunning::Operation operation;
  const auto context = NewContext(invocation.target);
  if (const auto status = SessionStub(invocation)->CloseSessions(context.get(), request, &operation);
      !status.ok()) {
    return Report(status, invocation.target);
  }
  ExitCode code = kOk;
  if (closing.wait) code = AwaitOperation(invocation, std::chrono::seconds(0), operation);
  if (invocation.output == Output::kName) {
    PrintName(operation.name());
  } else if (invocation.output != Output::kTable) {
    Print(invocation.output, AsJson(operation));
  } else {
    v1::CloseSessionsProgress progress;
    v1::CloseSessionsResult result;
    operation.metadata().UnpackTo(&progress);
    operation.response().UnpackTo(&result);
    const std::string total = std::to_string(progress.sessions_total());
    if (request.validate_only()) {
      std::cout << total << " sessions match; none was closed\n";
    } else if (operation.done() && !operation.has_error()) {
      std::cout << "closed " << (progress.sessions_total() == 0 ? 0 : result.sessions_closed()) << " of "
                << total << " sessions\n";
    } else {
      std::cout << "closing " << total << " sessions: " << operation.name() << " (wampgatectl operation wait "
                << LastPart(operation.name()) << ")\n";
    }
  }
  return code;
}

}  // namespace

void AddSessionClose(CLI::App& noun, Invocation& invocation) {
  v1::CloseSessionsProgress::descriptor();
  auto* close = noun.add_subcommand("close", "End one session, or all that a filter names");
  auto closing = std::make_shared<Closing>();
  auto* which = close->add_option_group("which");
  which->add_option("session", closing->name, "WORKER/ID");
  which->add_option("--filter", closing->filter, "As for `session list`")->option_text("FILTER");
  which->add_flag("--all", closing->all, "All sessions");
  which->require_option(1);
  close->add_option("--worker", closing->worker, "Only of this worker")->option_text("WORKER");
  const auto set = [close, closing]<typename Value>(const char* flag, const char* help, auto setter, Value) {
    return close->add_option_function<Value>(
        flag, [closing, setter](const Value& value) { setter(closing->request, value); }, help);
  };
  set(
      "--rate", "So many per second and process; 0: all at once",
      [](auto& request, std::uint32_t value) { request.set_rate(value); }, std::uint32_t{});
  set(
      "--reason", "Reason URI of the GOODBYE",
      [](auto& request, const std::string& value) { request.set_reason(value); }, std::string{});
  set(
      "--message", "Text of the GOODBYE",
      [](auto& request, const std::string& value) { request.set_message(value); }, std::string{});
  set(
      "--code", "Code of the WebSocket close (default 1001)",
      [](auto& request, std::uint32_t value) { request.set_websocket_code(value); }, std::uint32_t{});
  close->add_option("--retry-after", closing->retry_after, "Ask the clients to stay away for so many seconds")
      ->option_text("SECONDS");
  close->add_flag_callback(
      "--dry-run", [closing] { closing->request.set_validate_only(true); }, "Only count them");
  close->add_flag("--wait", closing->wait, "Wait until it is done; a line on stderr shows how far it is");
  close->footer(
      "Example: wampgatectl session close --filter 'age > 86400s' --rate 50 --retry-after 30 --wait");
  close->callback([&invocation, closing] {
    invocation.run = [&invocation, closing] { return Close(invocation, *closing); };
  });
}

}  // namespace wampgate::ctl
