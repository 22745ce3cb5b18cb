// session watch and session trace: streams, until interrupted.

#include <algorithm>
#include <iostream>

#include "commands/session_choice.hpp"

namespace wampgate::ctl {
namespace {

void PrintLine(const Invocation& invocation, const google::protobuf::Message& message,
               const std::string& line) {
  if (invocation.output == Output::kTable || invocation.output == Output::kName) {
    std::cout << Printable(line) << std::endl;
  } else {
    std::cout << OneLine(AsJson(message)) << std::endl;
  }
}

ExitCode Watch(const Invocation& invocation, const SessionChoice& wanted) {
  v1::WatchSessionsRequest request;
  request.set_parent(SessionParent(wanted.worker));
  request.set_filter(wanted.filter);
  const auto context = NewEndlessContext(invocation.target);
  const auto stub = SessionStub(invocation);
  const auto reader = stub->WatchSessions(context.get(), request);
  v1::SessionEvent event;
  while (reader->Read(&event)) {
    const v1::Session& session = event.session();
    std::string line = EnumText(v1::SessionEvent::Kind_Name(event.kind()));
    line.resize(8, ' ');
    line += ShortSession(session.name()) + "  " + session.realm() + "  " + OrDash(session.authid()) + "  " +
            session.peer() + "  " + ShortPlace(session.backend());
    if (event.has_end()) line += "  " + event.end().reason() + "  " + DetailOf(event.end());
    PrintLine(invocation, event, line);
  }
  return Report(reader->Finish(), invocation.target);
}

ExitCode Trace(const Invocation& invocation, const std::string& name, const std::string& authid) {
  v1::TraceSessionsRequest request;
  if (!authid.empty()) {
    request.set_authid(authid);
  } else {
    request.set_name(LongSession(name));
  }
  const auto context = NewEndlessContext(invocation.target);
  const auto stub = SessionStub(invocation);
  const auto reader = stub->TraceSessions(context.get(), request);
  v1::TracedMessage message;
  while (reader->Read(&message)) {
    const bool from_client = message.direction() == v1::TracedMessage::FROM_CLIENT;
    std::string type = message.type();
    type.resize(std::max<std::size_t>(type.size(), 12), ' ');
    PrintLine(invocation, message,
              Clock(message.time()) + "  " + ShortSession(message.session()) +
                  (from_client ? "  client > " : "  client < ") + type + " " +
                  std::to_string(message.request()) + "  " + std::to_string(message.octets()) + " octets " +
                  message.serializer() + "  " + message.outcome() +
                  (message.uri().empty() ? "" : "  " + message.uri()));
  }
  return Report(reader->Finish(), invocation.target);
}

}  // namespace

void AddSessionWatch(CLI::App& noun, Invocation& invocation) {
  auto* watch = noun.add_subcommand("watch", "Sessions as they begin and end, until interrupted");
  auto watched = std::make_shared<SessionChoice>();
  AddChoice(*watch, *watched);
  watch->footer("Example: wampgatectl session watch --filter 'realm = \"realm1\"'");
  watch->callback([&invocation, watched] {
    invocation.run = [&invocation, watched] { return Watch(invocation, *watched); };
  });
}

void AddSessionTrace(CLI::App& noun, Invocation& invocation) {
  auto* trace = noun.add_subcommand("trace", "The messages of a session as they pass, without their payload");
  auto traced = std::make_shared<std::pair<std::string, std::string>>();
  auto* subject = trace->add_option_group("subject");
  subject->add_option("session", traced->first, "WORKER/ID");
  subject->add_option("--authid", traced->second, "All sessions of the authid, those to come too");
  subject->require_option(1);
  trace->footer("Example: wampgatectl session trace --authid alice");
  trace->callback([&invocation, traced] {
    invocation.run = [&invocation, traced] { return Trace(invocation, traced->first, traced->second); };
  });
}

}  // namespace wampgate::ctl
