// session list and session get.

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "commands/session_choice.hpp"
#include "pages.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

void PrintSessions(const v1::ListSessionsResponse& sessions, bool wide) {
  Table table(Widened({"SESSION", "REALM", "ROLE", "AUTHID", "PEER", "VIA", "BACKEND", "AGE", "IDLE",
                       "MSG IN", "MSG OUT", "BUFFERED"},
                      wide,
                      {"AUTHMETHOD", "FRAMING", "SERIALIZERS", "PROCESS", "OCTETS IN", "OCTETS OUT",
                       "MSG/S IN", "MSG/S OUT", "USER AGENT"}));
  for (const auto& session : sessions.sessions()) {
    table.Add(Widened({ShortSession(session.name()), OrDash(session.realm()), OrDash(session.role()),
                       OrDash(session.authid()), session.peer(), ShortPlace(session.transport()),
                       ShortPlace(session.backend()), ShortTime(session.age().seconds()),
                       ShortTime(session.idle().seconds()), std::to_string(session.messages_from_client()),
                       std::to_string(session.messages_to_client()), Octets(session.buffered_to_client())},
                      wide,
                      {OrDash(session.authmethod()), session.framing(),
                       session.client_serializer() + "/" + OrDash(session.backend_serializer()),
                       LastPart(session.process()), Octets(session.octets_from_client()),
                       Octets(session.octets_to_client()), OneDecimal(session.message_rate_from_client()),
                       OneDecimal(session.message_rate_to_client()), OrDash(session.user_agent())}));
  }
  table.Print();
}

ExitCode List(const Invocation& invocation, const SessionChoice& wanted) {
  const auto stub = SessionStub(invocation);
  v1::ListSessionsRequest request;
  request.set_parent(SessionParent(wanted.worker));
  request.set_filter(wanted.filter);
  request.set_order_by(wanted.order_by);
  request.set_page_size(std::min(1000, wanted.most));
  v1::ListSessionsResponse all;
  const auto status = ForEachPage<v1::ListSessionsResponse>(
      invocation.target, request,
      [&](auto* context, const auto& asked, auto* page) { return stub->ListSessions(context, asked, page); },
      [&](auto& page, auto& next) {
        all.mutable_sessions()->MergeFrom(page.sessions());
        *all.mutable_unreachable() = page.unreachable();
        all.set_next_page_token(page.next_page_token());
        next.set_page_size(std::min(1000, wanted.most - all.sessions_size()));
        return all.sessions_size() < wanted.most ? Pages::kMore : Pages::kEnough;
      });
  if (!status.ok()) return Report(status, invocation.target);
  if (invocation.output == Output::kTable) {
    PrintSessions(all, invocation.wide);
  } else if (invocation.output == Output::kName) {
    for (const auto& session : all.sessions()) PrintName(session.name());
  } else {
    Print(invocation.output, AsJson(all));
  }
  SayUnreachable(all.unreachable());
  if (!all.next_page_token().empty()) {
    PrintError("there are more than these " + std::to_string(all.sessions_size()) + " (--most, or --filter)");
  }
  return kOk;
}

void PrintSession(const v1::Session& session) {
  const auto line = [](const char* label, const std::string& value) {
    std::printf("%-12s %s\n", label, Printable(value).c_str());
  };
  const auto flow = [](std::uint64_t messages, std::uint64_t octets, double rate) {
    char text[96];
    std::snprintf(text, sizeof text, "%llu messages, %s octets, %.1f messages/s",
                  static_cast<unsigned long long>(messages), Octets(octets).c_str(), rate);
    return std::string(text);
  };
  line("session", session.name());
  line("process", session.process());
  line("realm", session.realm());
  line("role", OrDash(session.role()));
  line("authid", OrDash(session.authid()));
  line("authmethod", OrDash(session.authmethod()));
  line("peer", session.peer());
  line("user agent", OrDash(session.user_agent()));
  line("transport",
       session.transport() + " (" + session.framing() + ", " + session.client_serializer() + ")");
  line("backend", session.backend().empty() ? "- (embedded router)"
                                            : session.backend() + " (" + session.backend_serializer() + ")");
  line("began", Clock(session.start_time()) + " (" + ShortTime(session.age().seconds()) + " ago, idle for " +
                    ShortTime(session.idle().seconds()) + ")");
  line("from client", flow(session.messages_from_client(), session.octets_from_client(),
                           session.message_rate_from_client()));
  line("to client",
       flow(session.messages_to_client(), session.octets_to_client(), session.message_rate_to_client()));
  line("buffered", Octets(session.buffered_to_client()) + " octets to the client, " +
                       Octets(session.buffered_to_backend()) + " to the backend");
}

ExitCode Get(const Invocation& invocation, const std::string& name) {
  v1::GetSessionRequest request;
  request.set_name(LongSession(name));
  v1::Session session;
  const auto context = NewContext(invocation.target);
  if (const auto status = SessionStub(invocation)->GetSession(context.get(), request, &session);
      !status.ok()) {
    return Report(status, invocation.target);
  }
  if (invocation.output == Output::kTable) {
    PrintSession(session);
  } else if (invocation.output == Output::kName) {
    PrintName(session.name());
  } else {
    Print(invocation.output, AsJson(session));
  }
  return kOk;
}

}  // namespace

void AddSessionCommands(CLI::App& app, Invocation& invocation) {
  auto* noun = app.add_subcommand("session", "Client sessions: those that live, and how others ended");
  noun->require_subcommand(1);
  noun->footer("Example: wampgatectl session list --order-by 'age desc'");
  auto* list = noun->add_subcommand("list", "The sessions that live");
  auto listed = std::make_shared<SessionChoice>();
  AddChoice(*list, *listed);
  AddMost(*list, *listed);
  list->add_option("--order-by", listed->order_by, "As in \"age desc\" or \"buffered_to_client desc\"")
      ->option_text("FIELD [desc]");
  list->footer("Example: wampgatectl session list --filter 'authid = \"alice\"' --order-by 'idle desc'");
  list->callback([&invocation, listed] {
    invocation.run = [&invocation, listed] { return List(invocation, *listed); };
  });

  auto* get = noun->add_subcommand("get", "One session as it stands");
  auto name = std::make_shared<std::string>();
  get->add_option("session", *name, "WORKER/ID, as `session list` shows it")->required();
  get->footer("Example: wampgatectl session get edge/7731935201348126");
  get->callback(
      [&invocation, name] { invocation.run = [&invocation, name] { return Get(invocation, *name); }; });

  AddSessionClose(*noun, invocation);
  AddSessionEnded(*noun, invocation);
  AddSessionWatch(*noun, invocation);
  AddSessionTrace(*noun, invocation);
}

}  // namespace wampgate::ctl
