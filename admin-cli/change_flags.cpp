#include "change_flags.hpp"

#include <charconv>

namespace wampgate::ctl {
namespace {

/// Seconds; nothing if it is no number with at most one of s, m and h.
std::optional<std::int64_t> Seconds(std::string_view text) {
  std::int64_t unit = 1;
  if (text.ends_with('m')) unit = 60;
  if (text.ends_with('h')) unit = 3600;
  if (text.ends_with('s') || unit != 1) text.remove_suffix(1);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (count < 0 || count > 1000000) return std::nullopt;
  return count * unit;
}

std::string IsTime(const std::string& text) {
  return Seconds(text) ? "" : "expected a time like 90s, 10m or 1h";
}

}  // namespace

void AddRemovalFlag(CLI::App& command, ChangeFlags& flags) {
  command
      .add_option(
          "--sessions", flags.sessions,
          "Sessions of transports, paths and processes that go: keep them until they close, close them "
          "now, or end them one after the other, idle ones first")
      ->check(CLI::IsMember({"keep", "close", "drain"}))
      ->capture_default_str();
  command.add_option("--drain-rate", flags.drain_rate, "With drain: sessions per second in each process")
      ->option_text("1...100000 [100]");
  command
      .add_option("--drain-deadline", flags.drain_deadline, "With drain: what is left then is closed at once")
      ->option_text("TIME [10m]")
      ->check(IsTime);
}

void AddChangeFlags(CLI::App& command, ChangeFlags& flags) {
  AddRemovalFlag(command, flags);
  command.add_flag("--dry-run", flags.dry_run, "Check and plan only");
  command.add_option("-m,--message", flags.message, "Why, kept with the revision");
  command.add_option("--author", flags.author, "Who, kept with the revision; default: as the node sees you");
  command.add_option("--expected-revision", flags.expected_revision, "Refuse if another revision is running");
  command.add_option("--max-sessions", flags.max_sessions, "Refuse if more live sessions would be closed");
  command
      .add_option("--confirm-timeout", flags.confirm_timeout,
                  "Roll back by itself unless `wampgatectl confirm` comes within this time, 1s to 1h")
      ->option_text("TIME")
      ->check(IsTime);
  command.add_option("--request-id", flags.request_id,
                     "A UUID: the same command with the same id is done once, also after a crash");
}

v1::Removal RemovalOf(const ChangeFlags& flags) {
  v1::Removal removal;
  removal.set_sessions(flags.sessions == "close"   ? v1::Removal::CLOSE
                       : flags.sessions == "drain" ? v1::Removal::DRAIN
                                                   : v1::Removal::KEEP);
  removal.set_rate(flags.drain_rate);
  if (!flags.drain_deadline.empty())
    removal.mutable_deadline()->set_seconds(Seconds(flags.drain_deadline).value_or(0));
  return removal;
}

v1::ChangeOptions OptionsOf(const ChangeFlags& flags) {
  v1::ChangeOptions options;
  options.set_request_id(flags.request_id);
  options.set_validate_only(flags.dry_run);
  options.set_expected_revision(flags.expected_revision);
  if (flags.max_sessions) options.set_max_sessions_affected(*flags.max_sessions);
  if (!flags.confirm_timeout.empty()) {
    options.mutable_confirm_timeout()->set_seconds(Seconds(flags.confirm_timeout).value_or(0));
  }
  *options.mutable_removal() = RemovalOf(flags);
  options.set_author(flags.author);
  options.set_message(flags.message);
  return options;
}

}  // namespace wampgate::ctl
