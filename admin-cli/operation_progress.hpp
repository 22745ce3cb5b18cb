#pragma once

#include <google/longrunning/operations.pb.h>

#include <string>

#include "commands/commands.hpp"

namespace wampgate::ctl {

/// How far an operation is, in one line: "lame duck, 12 of 40 sessions left".
std::string ProgressText(const google::longrunning::Operation& operation);
/// When it began; "-" if it does not say.
std::string StartText(const google::longrunning::Operation& operation);
/// "running", "done", "failed: …".
std::string StateText(const google::longrunning::Operation& operation);

/// What `--wait` does: waits until the operation ends or `longest` (0: for ever) is over. On a terminal a
/// line on stderr shows how far it is. `operation` is then as it stands. kTimeout if it runs still, kError
/// (said on stderr) if it failed.
ExitCode AwaitOperation(const Invocation& invocation, std::chrono::seconds longest,
                        google::longrunning::Operation& operation);

/// The end of a command that began an operation: prints its name, or with `wait` follows it and prints how it
/// ended.
ExitCode FinishOperation(const Invocation& invocation, bool wait, google::longrunning::Operation operation);
void PrintOperation(const Invocation& invocation, const google::longrunning::Operation& operation);

}  // namespace wampgate::ctl
