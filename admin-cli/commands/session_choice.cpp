#include "commands/session_choice.hpp"

#include <iostream>

#include "terminal.hpp"

namespace wampgate::ctl {

void AddChoice(CLI::App& command, SessionChoice& choice) {
  command.add_option("--worker", choice.worker, "Only of this worker")->option_text("WORKER");
  command
      .add_option("--filter", choice.filter,
                  "Terms joined by AND: realm = \"realm1\" AND age > 3600s AND peer:192.0.2.")
      ->option_text("FILTER");
}

void AddMost(CLI::App& command, SessionChoice& choice) {
  command.add_option("--most", choice.most, "Show at most so many")
      ->option_text("1...100000 [" + std::to_string(choice.most) + "]")
      ->check(CLI::Range(1, 100000));
}

std::unique_ptr<v1::SessionService::Stub> SessionStub(const Invocation& invocation) {
  return v1::SessionService::NewStub(Connect(invocation.target));
}

std::string SessionParent(const std::string& worker) {
  return worker.starts_with("workers/") ? worker : "workers/" + worker;
}

std::string ShortPlace(const std::string& name) {
  const std::size_t transport = name.find("/transports/");
  if (transport == name.npos) return OrDash(LastPart(name));
  std::string rest = name.substr(transport + 12);
  for (std::size_t at = rest.find("/paths/"); at != rest.npos; at = rest.find("/paths/"))
    rest.replace(at, 7, "/");
  return rest;
}

std::string ShortSession(const std::string& name) {
  const std::size_t sessions = name.find("/sessions/");
  return sessions == name.npos ? OrDash(name)
                               : name.substr(8, sessions - 8) + "/" + name.substr(sessions + 10);
}

std::string LongSession(const std::string& name) {
  const std::size_t slash = name.find('/');
  if (name.starts_with("workers/") || slash == name.npos) return name;
  return "workers/" + name.substr(0, slash) + "/sessions/" + name.substr(slash + 1);
}

std::string DetailOf(const v1::EndedSession& ended) {
  std::string text = ended.detail();
  if (!ended.backend_reason().empty() && text.find(ended.backend_reason()) == text.npos) {
    text += (text.empty() ? "" : "; ") + ("backend: " + ended.backend_reason());
  }
  if (!ended.backend_message().empty() && text.find(ended.backend_message()) == text.npos) {
    text += ": " + ended.backend_message();
  }
  return OrDash(text);
}

void SayUnreachable(const google::protobuf::RepeatedPtrField<std::string>& unreachable) {
  for (const std::string& process : unreachable) PrintError("not in this list: " + process);
}

}  // namespace wampgate::ctl
