// watch: what becomes of the configuration, as it happens.

#include <wampgate/v1/config_service.grpc.pb.h>

#include <iostream>

#include "commands/commands.hpp"
#include "follow.hpp"
#include "plan_printer.hpp"
#include "revision_text.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

struct WatchFlags {
  std::uint64_t from_revision = 0;
  std::uint64_t count = 0;  // 0: for ever
};

void PrintEvent(const v1::ConfigEvent& event) {
  const std::string kind = EnumText(v1::ConfigEvent::Kind_Name(event.kind()));
  std::cout << Painted(kind, Paint::kHeading) << "  revision " << event.revision();
  if (event.has_snapshot()) {
    const v1::ConfigSnapshot& about = event.snapshot();
    std::cout << ", " << TimeText(about.create_time()) << ", from " << Printable(about.origin());
    if (!about.author().empty()) std::cout << ", by " << Printable(about.author());
    if (!about.message().empty()) std::cout << ": " << Printable(about.message());
    if (const std::string waits = DescribeConfirmation(about); !waits.empty())
      std::cout << " [" << waits << "]";
  }
  std::cout << "\n";
  PrintPlan(event.plan());
}

void PrintEvent(const Invocation& invocation, const v1::ConfigEvent& event) {
  if (invocation.output == Output::kTable) {
    PrintEvent(event);
  } else if (invocation.output == Output::kJson) {
    std::cout << OneLine(AsJson(event)) << "\n";
  } else {
    std::cout << "---\n";
    Print(invocation.output, AsJson(event));
  }
  std::cout << std::flush;
}

ExitCode Watch(const Invocation& invocation, const WatchFlags& flags) {
  v1::WatchConfigRequest request;
  request.set_from_revision(flags.from_revision);
  const auto context = NewEndlessContext(invocation.target);
  auto stub = v1::ConfigService::NewStub(Connect(invocation.target));
  const auto reader = stub->WatchConfig(context.get(), request);
  return Follow(*reader, *context, invocation.target, flags.count,
                [&invocation](const v1::ConfigEvent& event) {
                  PrintEvent(invocation, event);
                  return true;
                });
}

}  // namespace

void AddWatchCommand(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<WatchFlags>();
  auto* watch = app.add_subcommand(
      "watch",
      "Print every change of the configuration as it happens, until interrupted (-o json: a line each)");
  watch
      ->add_option("--from-revision", flags->from_revision,
                   "Begin after this revision instead of with what runs")
      ->option_text("REV");
  watch->add_option("--count", flags->count, "End after so many events")->option_text("N");
  watch->footer("Example: wampgatectl watch -o json");
  watch->callback(
      [&invocation, flags] { invocation.run = [&invocation, flags] { return Watch(invocation, *flags); }; });
}

}  // namespace wampgate::ctl
