// session ended.

#include <algorithm>
#include <iostream>

#include "commands/session_choice.hpp"
#include "pages.hpp"

namespace wampgate::ctl {
namespace {

/// The detail is the longest: it comes last.
void PrintEnded(const v1::ListEndedResponse& all, bool wide) {
  const auto cells = [wide](Cells first, Cells more, const std::string& last) {
    Cells row = Widened(std::move(first), wide, std::move(more));
    row.push_back(last);
    return row;
  };
  Table table(cells({"ENDED", "STAGE", "REASON", "REALM", "AUTHID", "PEER", "VIA", "BACKEND", "AGE"},
                    {"SESSION", "ROLE", "METHOD", "OFFERED", "PROCESS", "MSG IN", "MSG OUT"}, "DETAIL"));
  for (const auto& ended : all.ended()) {
    const std::string stage = EnumText(v1::EndedSession::Stage_Name(ended.stage()));
    table.Add(
        cells({Clock(ended.end_time()), stage, ended.reason(), OrDash(ended.realm()), OrDash(ended.authid()),
               ended.peer(), ShortPlace(ended.transport()), ShortPlace(ended.backend()),
               ShortTime(ended.age().seconds())},
              {ShortSession(ended.session()), OrDash(ended.role()), OrDash(ended.authmethod()),
               Joined(ended.authmethods(), ","), LastPart(ended.process()),
               std::to_string(ended.messages_from_client()), std::to_string(ended.messages_to_client())},
              DetailOf(ended)));
  }
  table.Print();
}

ExitCode ListEnded(const Invocation& invocation, const SessionChoice& wanted) {
  const auto stub = SessionStub(invocation);
  v1::ListEndedRequest request;
  request.set_parent(SessionParent(wanted.worker));
  request.set_filter(wanted.filter);
  request.set_page_size(std::min(1000, wanted.most));
  v1::ListEndedResponse all;
  const auto status = ForEachPage<v1::ListEndedResponse>(
      invocation.target, request,
      [&](auto* context, const auto& asked, auto* page) { return stub->ListEnded(context, asked, page); },
      [&](auto& page, auto& next) {
        all.mutable_ended()->MergeFrom(page.ended());
        *all.mutable_unreachable() = page.unreachable();
        all.set_next_page_token(page.next_page_token());
        next.set_page_size(std::min(1000, wanted.most - all.ended_size()));
        return all.ended_size() < wanted.most ? Pages::kMore : Pages::kEnough;
      });
  if (!status.ok()) return Report(status, invocation.target);
  if (invocation.output == Output::kTable) {
    PrintEnded(all, invocation.wide);
  } else if (invocation.output == Output::kName) {
    for (const auto& ended : all.ended()) {
      if (!ended.session().empty()) PrintName(ended.session());
    }
  } else {
    Print(invocation.output, AsJson(all));
  }
  SayUnreachable(all.unreachable());
  return kOk;
}

}  // namespace

void AddSessionEnded(CLI::App& noun, Invocation& invocation) {
  auto* ended = noun.add_subcommand("ended", "How sessions ended and who was refused, newest first");
  auto endings = std::make_shared<SessionChoice>();
  endings->most = 100;
  AddChoice(*ended, *endings);
  AddMost(*ended, *endings);
  ended->footer(
      "Example: wampgatectl session ended --filter 'reason = backend_refused AND realm = \"realm1\"'");
  ended->callback([&invocation, endings] {
    invocation.run = [&invocation, endings] { return ListEnded(invocation, *endings); };
  });
}

}  // namespace wampgate::ctl
