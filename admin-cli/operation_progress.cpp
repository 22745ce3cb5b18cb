#include "operation_progress.hpp"

#include <google/longrunning/operations.grpc.pb.h>
#include <wampgate/v1/backend_service.pb.h>
#include <wampgate/v1/node_service.pb.h>
#include <wampgate/v1/session_service.pb.h>
#include <wampgate/v1/transport_service.pb.h>

#include <iostream>
#include <thread>

#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

using google::longrunning::Operation;

// One call waits no longer, so that the line moves.
constexpr std::chrono::seconds kTurn{1};
// A supervisor that replaces itself, or is started again, goes on with its operations.
constexpr std::chrono::seconds kReconnect{30};
constexpr std::chrono::milliseconds kRedial{200};

/// A line that is written over by the next one; without effect where stderr is no terminal.
class ProgressLine {
 public:
  ~ProgressLine() {
    if (shown_) std::cerr << "\r\033[K" << std::flush;
  }
  void Show(const std::string& text) {
    if (!terminal_) return;
    // It must fit in one line to be written over.
    std::cerr << "\r\033[K" << Shortened(text, TerminalColumns(Stream::kError) - 1) << std::flush;
    shown_ = true;
  }

 private:
  const bool terminal_ = IsTerminal(Stream::kError);
  bool shown_ = false;
};

// What metadata and responses hold must be in this program to be printed.
void KnowMessages() {
  v1::DrainProgress::descriptor();
  v1::NodeView::descriptor();
  v1::BackendView::descriptor();
  v1::TransportView::descriptor();
}

}  // namespace

std::string ProgressText(const Operation& operation) {
  v1::CloseSessionsProgress closing;
  if (operation.metadata().UnpackTo(&closing)) {
    return "closing sessions, " + std::to_string(closing.sessions_left()) + " of " +
           std::to_string(closing.sessions_total()) + " left";
  }
  v1::UpgradeProgress upgrade;
  if (operation.metadata().UnpackTo(&upgrade)) {
    return upgrade.phase() + ", " + std::to_string(upgrade.processes_replaced()) + " of " +
           std::to_string(upgrade.processes_total()) + " processes replaced, " +
           std::to_string(upgrade.sessions_left()) + " sessions left in " +
           std::to_string(upgrade.processes_draining()) + " of the binary before";
  }
  v1::DrainProgress drain;
  if (!operation.metadata().UnpackTo(&drain)) return "";
  return drain.subject() + ": " + drain.phase() + ", " + std::to_string(drain.sessions_left()) + " of " +
         std::to_string(drain.sessions_total()) + " sessions left";
}

std::string StartText(const Operation& operation) {
  v1::CloseSessionsProgress closing;
  if (operation.metadata().UnpackTo(&closing)) return TimeText(closing.start_time());
  v1::DrainProgress drain;
  return operation.metadata().UnpackTo(&drain) ? TimeText(drain.start_time()) : "-";
}

std::string StateText(const Operation& operation) {
  if (!operation.done()) return "running";
  return operation.has_error() ? "failed: " + operation.error().message() : "done";
}

ExitCode AwaitOperation(const Invocation& invocation, std::chrono::seconds longest, Operation& operation) {
  auto stub = google::longrunning::Operations::NewStub(Connect(invocation.target));
  auto answered = std::chrono::steady_clock::now();
  const auto end = std::chrono::steady_clock::now() + longest;
  google::longrunning::WaitOperationRequest request;
  request.set_name(operation.name());
  request.mutable_timeout()->set_seconds(kTurn.count());
  ProgressLine line;
  while (!operation.done()) {
    if (longest.count() != 0 && std::chrono::steady_clock::now() >= end) return kTimeout;
    line.Show(ProgressText(operation));
    const auto context = NewContext(invocation.target);
    const auto status = stub->WaitOperation(context.get(), request, &operation);
    const auto now = std::chrono::steady_clock::now();
    if (status.ok()) {
      answered = now;
      continue;
    }
    const bool lost = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                      status.error_code() == grpc::StatusCode::CANCELLED;  // the server ends
    if (!lost || now - answered > kReconnect) return Report(status, invocation.target);
    std::this_thread::sleep_for(kRedial);
    stub = google::longrunning::Operations::NewStub(Connect(invocation.target));
  }
  if (!operation.has_error()) return kOk;
  return Report({static_cast<grpc::StatusCode>(operation.error().code()), operation.error().message()},
                invocation.target);
}

void PrintOperation(const Invocation& invocation, const Operation& operation) {
  KnowMessages();
  if (invocation.output != Output::kTable) return Print(invocation.output, AsJson(operation));
  const std::string progress = ProgressText(operation);
  const std::string state = StateText(operation);
  std::cout << Printable(LastPart(operation.name())) << ": " << Painted(Printable(state), PaintOfState(state))
            << (progress.empty() ? "" : " (" + Printable(progress) + ")") << "\n";
}

ExitCode FinishOperation(const Invocation& invocation, bool wait, Operation operation) {
  const ExitCode code = wait ? AwaitOperation(invocation, std::chrono::seconds(0), operation) : kOk;
  if (code == kOk) PrintOperation(invocation, operation);
  return code;
}

}  // namespace wampgate::ctl
