#pragma once

#include <wampgate/v1/change.pb.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace wampgate::ctl {

/// The flags that every command which changes the configuration has in common.
struct ChangeFlags {
  bool dry_run = false;
  std::string message;
  std::string author;
  std::string request_id;
  std::string sessions = "keep";
  std::uint32_t drain_rate = 0;
  std::string drain_deadline;
  std::string confirm_timeout;  ///< "90", "90s", "10m", "1h"
  std::uint64_t expected_revision = 0;
  std::optional<std::uint64_t> max_sessions;
};

/// `flags` outlives `command`.
void AddChangeFlags(CLI::App& command, ChangeFlags& flags);
/// --sessions and what belongs to it alone, for commands that only plan or change nothing but processes.
void AddRemovalFlag(CLI::App& command, ChangeFlags& flags);

v1::ChangeOptions OptionsOf(const ChangeFlags& flags);
v1::Removal RemovalOf(const ChangeFlags& flags);

}  // namespace wampgate::ctl
