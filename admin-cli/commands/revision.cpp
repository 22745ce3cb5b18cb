// history, rollback, confirm, reload: the revisions of the configuration.

#include <wampgate/v1/config_service.grpc.pb.h>

#include <iostream>

#include "change_flags.hpp"
#include "commands/commands.hpp"
#include "pages.hpp"
#include "plan_printer.hpp"
#include "revision_text.hpp"

namespace wampgate::ctl {
namespace {

std::unique_ptr<v1::ConfigService::Stub> Stub(const Invocation& invocation) {
  return v1::ConfigService::NewStub(Connect(invocation.target));
}

void PrintHistory(const v1::ListRevisionsResponse& history, bool wide) {
  Table table(Widened({"REVISION", "TIME", "ORIGIN", "AUTHOR", "MESSAGE"}, wide, {"ETAG", "CONFIRM UNTIL"}));
  for (const auto& revision : history.revisions()) {
    std::string message = revision.message();
    if (const std::string waits = DescribeConfirmation(revision); !waits.empty()) {
      message += (message.empty() ? "" : "  ") + ("[" + waits + "]");
    }
    const std::string deadline =
        revision.has_confirm_deadline() ? TimeText(revision.confirm_deadline()) : "-";
    table.Add(Widened({std::to_string(revision.revision()), TimeText(revision.create_time()),
                       revision.origin(), revision.author(), message},
                      wide, {revision.etag(), deadline}));
  }
  table.Print();
}

ExitCode History(const Invocation& invocation) {
  const auto stub = Stub(invocation);
  v1::ListRevisionsResponse all;
  const auto status = ForEachPage<v1::ListRevisionsResponse>(
      invocation.target, v1::ListRevisionsRequest(),
      [&](auto* context, const auto& asked, auto* page) { return stub->ListRevisions(context, asked, page); },
      [&](auto& page, auto& /*next*/) {
        all.mutable_revisions()->MergeFrom(page.revisions());
        return Pages::kMore;
      });
  if (!status.ok()) return Report(status, invocation.target);
  invocation.output == Output::kTable ? PrintHistory(all, invocation.wide)
                                      : Print(invocation.output, AsJson(all)["revisions"]);
  return kOk;
}

struct RollbackFlags {
  std::uint64_t revision = 0;
  ChangeFlags change;
};

ExitCode Rollback(const Invocation& invocation, const RollbackFlags& flags) {
  v1::RollbackConfigRequest request;
  request.set_revision(flags.revision);
  *request.mutable_options() = OptionsOf(flags.change);
  v1::ApplyResult result;
  const auto context = NewContext(invocation.target);
  const auto status = Stub(invocation)->RollbackConfig(context.get(), request, &result);
  if (!status.ok()) return Report(status, invocation.target);
  PrintResult(invocation.output, result);
  return kOk;
}

ExitCode Confirm(const Invocation& invocation, std::uint64_t revision) {
  if (revision == 0) {  // the one that runs
    v1::ConfigSnapshot running;
    const auto context = NewContext(invocation.target);
    const auto status = Stub(invocation)->GetConfig(context.get(), {}, &running);
    if (!status.ok()) return Report(status, invocation.target);
    revision = running.revision();
  }
  v1::ConfirmConfigRequest request;
  request.set_revision(revision);
  v1::ConfirmConfigResponse response;
  const auto context = NewContext(invocation.target);
  const auto status = Stub(invocation)->ConfirmConfig(context.get(), request, &response);
  if (!status.ok()) return Report(status, invocation.target);
  if (invocation.output == Output::kTable) {
    std::cout << "revision " << revision << " is confirmed\n";
  } else {
    Print(invocation.output, {{"revision", std::to_string(revision)}});
  }
  return kOk;
}

struct ReloadFlags {
  std::string prefer;
  ChangeFlags change;
};

ExitCode Reload(const Invocation& invocation, const ReloadFlags& flags) {
  v1::ReloadFileRequest request;
  if (flags.prefer == "file") request.set_prefer(v1::ReloadFileRequest::FILE);
  if (flags.prefer == "config") request.set_prefer(v1::ReloadFileRequest::CONFIG);
  *request.mutable_options() = OptionsOf(flags.change);
  v1::ApplyResult result;
  const auto context = NewContext(invocation.target);
  const auto status = Stub(invocation)->ReloadFile(context.get(), request, &result);
  if (!status.ok()) return Report(status, invocation.target);
  PrintResult(invocation.output, result);
  return kOk;
}

/// `command` runs `call(invocation, *flags)`.
template <typename Flags>
void Run(CLI::App& command, Invocation& invocation, std::shared_ptr<Flags> flags,
         ExitCode (*call)(const Invocation&, const Flags&)) {
  command.callback([&invocation, flags, call] {
    invocation.run = [&invocation, flags, call] { return call(invocation, *flags); };
  });
}

}  // namespace

void AddRevisionCommands(CLI::App& app, Invocation& invocation) {
  auto* history = app.add_subcommand("history", "The last revisions of the configuration, newest first");
  history->footer("Example: wampgatectl history -o json");
  history->callback([&invocation] { invocation.run = [&invocation] { return History(invocation); }; });

  auto back = std::make_shared<RollbackFlags>();
  auto* rollback = app.add_subcommand(
      "rollback", "Run the configuration of an older revision again, as a new revision (history lists them)");
  rollback->add_option("REV", back->revision, "Revision")
      ->required()
      ->check(CLI::PositiveNumber)
      ->type_name("");
  AddChangeFlags(*rollback, back->change);
  rollback->footer("Example: wampgatectl rollback 7 -m \"the new backend is slow\"");
  Run(*rollback, invocation, back, Rollback);

  auto confirmed = std::make_shared<std::uint64_t>(0);
  auto* confirm = app.add_subcommand("confirm", "Keep the revision that was applied with --confirm-timeout");
  confirm->add_option("REV", *confirmed, "Revision; default: the running one")
      ->check(CLI::PositiveNumber)
      ->type_name("");
  confirm->footer("Example: wampgatectl confirm");
  confirm->callback([&invocation, confirmed] {
    invocation.run = [&invocation, confirmed] { return Confirm(invocation, *confirmed); };
  });

  auto reloaded = std::make_shared<ReloadFlags>();
  auto* reload = app.add_subcommand(
      "reload", "Make the node read its node file, and the files that it names, again, as SIGHUP does");
  reload
      ->add_option("--prefer", reloaded->prefer,
                   "What to run if both the file and the configuration (over the API) were changed")
      ->check(CLI::IsMember({"file", "config"}))
      ->option_text("file|config");
  AddChangeFlags(*reload, reloaded->change);
  reload->footer("Example: wampgatectl reload --dry-run");
  Run(*reload, invocation, reloaded, Reload);
}

}  // namespace wampgate::ctl
