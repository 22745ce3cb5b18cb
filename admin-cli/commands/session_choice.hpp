#pragma once

#include <wampgate/v1/session_service.grpc.pb.h>

#include <memory>
#include <string>

#include "commands/commands.hpp"

/// What the subcommands of `session` have in common. Included by their .cpp files only: it shows gRPC.
namespace wampgate::ctl {

/// Which sessions, and how many.
struct SessionChoice {
  std::string worker = "-";
  std::string filter;
  std::string order_by;
  int most = 1000;
};

/// --worker and --filter. `choice` outlives `command`.
void AddChoice(CLI::App& command, SessionChoice& choice);
/// --most.
void AddMost(CLI::App& command, SessionChoice& choice);

void AddSessionClose(CLI::App& noun, Invocation& invocation);
void AddSessionEnded(CLI::App& noun, Invocation& invocation);
void AddSessionWatch(CLI::App& noun, Invocation& invocation);
void AddSessionTrace(CLI::App& noun, Invocation& invocation);

std::unique_ptr<v1::SessionService::Stub> SessionStub(const Invocation& invocation);
/// "edge" → "workers/edge".
std::string SessionParent(const std::string& worker);
/// "workers/edge/backends/first" → "first"; "workers/edge/transports/web/paths/ws" → "web/ws".
std::string ShortPlace(const std::string& name);
/// "workers/edge/sessions/1234" → "edge/1234", which `session get` takes; and back.
std::string ShortSession(const std::string& name);
std::string LongSession(const std::string& name);
/// What went wrong, the backend's own words included.
std::string DetailOf(const v1::EndedSession& ended);
/// On stderr: which processes are missing in a list.
void SayUnreachable(const google::protobuf::RepeatedPtrField<std::string>& unreachable);

}  // namespace wampgate::ctl
