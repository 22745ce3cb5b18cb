#include "supervisor/leftover_processes.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/log.hpp"
#include "supervisor/child.hpp"
#include "supervisor/pidfd.hpp"
#include "supervisor/process_table.hpp"

namespace wampgate::supervisor {
namespace {

bool IsOurs(pid_t pid) {
  struct stat owner{};
  return ::stat(fmt::format("/proc/{}", pid).c_str(), &owner) == 0 && owner.st_uid == ::geteuid();
}

/// The process of a record, if it lives.
std::optional<Leftover> Find(const internal::ProcessRecord& record) {
  const auto pid = static_cast<pid_t>(record.pid());
  UniqueFd pidfd = OpenPidfd(pid);
  // Checked after the descriptor is held, so that it cannot come to mean another process.
  if (!pidfd || ProcessStartTime(pid) != record.start_time() || !IsOurs(pid)) return std::nullopt;
  return Leftover{record, std::move(pidfd)};
}

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::vector<std::string> CommandLine(Disk& disk, const std::string& pid) {
  std::vector<std::string> arguments;
  const StatusOr<std::string> text = disk.Read("/proc/" + pid + "/cmdline");
  for (std::size_t begin = 0; text.ok() && begin < text->size();) {
    const std::size_t end = std::min(text->find('\0', begin), text->size());
    arguments.push_back(text->substr(begin, end - begin));
    begin = end + 1;
  }
  return arguments;
}

/// The record of a process whose command line is that of a worker of this node.
std::optional<internal::ProcessRecord> RecordOf(Disk& disk, const std::string& name,
                                                const std::string& control_socket) {
  pid_t pid = 0;
  if (!ParseNumber(name, pid) || pid == ::getpid() || !IsOurs(pid)) return std::nullopt;
  const std::vector<std::string> arguments = CommandLine(disk, name);
  if (arguments.size() < 2 || arguments[1] != "worker") return std::nullopt;
  internal::ProcessRecord record;
  record.set_pid(pid);
  record.set_start_time(ProcessStartTime(pid));
  bool of_this_node = false;
  for (std::size_t i = 2; i + 1 < arguments.size(); i += 2) {
    const std::string& value = arguments[i + 1];
    std::uint32_t process = 0;
    std::uint64_t generation = 0;
    if (arguments[i] == "--control") of_this_node = value == control_socket;
    if (arguments[i] == "--worker") record.set_worker(value);
    if (arguments[i] == "--process" && ParseNumber(value, process)) record.set_process(process);
    if (arguments[i] == "--generation" && ParseNumber(value, generation)) record.set_generation(generation);
  }
  return of_this_node ? std::optional(record) : std::nullopt;
}

internal::ProcessRecords ReadRecords(Disk& disk, const std::string& path) {
  internal::ProcessRecords records;
  const StatusOr<std::string> content = disk.Read(path);
  if (!content.ok()) return records;
  if (!records.ParseFromString(*content)) {
    log::Warning("supervisor",
                 "the record of running processes is damaged; looking for them by their command lines",
                 {{"file", path}});
    records.Clear();
  }
  if (records.boot_id() != BootId()) records.Clear();
  return records;
}

}  // namespace

Leftovers FindLeftovers(Disk& disk, const std::string& record_path, const std::string& control_socket) {
  Leftovers found;
  const internal::ProcessRecords records = ReadRecords(disk, record_path);
  found.ports.assign(records.ports().begin(), records.ports().end());
  const auto add = [&](const internal::ProcessRecord& record) {
    const bool known = std::any_of(found.processes.begin(), found.processes.end(),
                                   [&](const Leftover& other) { return other.record.pid() == record.pid(); });
    if (known) return;
    if (std::optional<Leftover> leftover = Find(record)) found.processes.push_back(*std::move(leftover));
  };
  for (const internal::ProcessRecord& record : records.processes()) add(record);
  const StatusOr<std::vector<std::string>> names = disk.List("/proc");
  if (!names.ok()) return found;
  for (const std::string& name : *names) {
    if (const auto record = RecordOf(disk, name, control_socket)) add(*record);
  }
  return found;
}

}  // namespace wampgate::supervisor
