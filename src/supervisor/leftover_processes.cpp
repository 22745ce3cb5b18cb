#include "supervisor/leftover_processes.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "supervisor/child.hpp"
#include "supervisor/pidfd.hpp"
#include "supervisor/process_table.hpp"
#include "wampgate/internal/process_record.pb.h"

namespace wampgate::supervisor {
namespace {

struct Leftover {
  pid_t pid = 0;
  UniqueFd pidfd;
};

bool IsOurs(pid_t pid) {
  struct stat owner{};
  return ::stat(fmt::format("/proc/{}", pid).c_str(), &owner) == 0 && owner.st_uid == ::geteuid();
}

std::vector<Leftover> FindLeftovers(const internal::ProcessRecords& records) {
  std::vector<Leftover> found;
  if (records.boot_id() != BootId()) return found;
  for (const internal::ProcessRecord& record : records.processes()) {
    const auto pid = static_cast<pid_t>(record.pid());
    UniqueFd pidfd = OpenPidfd(pid);
    // Checked after the descriptor is held, so that it cannot come to mean another process.
    if (!pidfd || ProcessStartTime(pid) != record.start_time() || !IsOurs(pid)) continue;
    log::Warning("supervisor", "a worker process of a supervisor that died still runs; ending it",
                 {{"worker", record.worker()}, {"process", record.process()}, {"pid", pid}});
    found.push_back({pid, std::move(pidfd)});
  }
  return found;
}

void Signal(const std::vector<Leftover>& processes, int signal) {
  for (const Leftover& process : processes) SignalPidfd(process.pidfd, signal);
}

/// Waits until all have ended or `deadline`; those that are left stay in the list.
void AwaitEnd(std::vector<Leftover>& processes, std::chrono::steady_clock::time_point deadline) {
  while (!processes.empty()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    pollfd poll{processes.front().pidfd.get(), POLLIN, 0};
    if (::poll(&poll, 1, static_cast<int>(left.count())) > 0) processes.erase(processes.begin());
  }
}

}  // namespace

void EndLeftoverProcesses(Disk& disk, const std::string& record_path, std::chrono::milliseconds grace) {
  const StatusOr<std::string> content = disk.Read(record_path);
  internal::ProcessRecords records;
  if (!content.ok() || !records.ParseFromString(*content)) return;
  std::vector<Leftover> processes = FindLeftovers(records);
  if (processes.empty()) return;
  Signal(processes, SIGTERM);
  AwaitEnd(processes, std::chrono::steady_clock::now() + grace);
  if (processes.empty()) return;
  log::Warning("supervisor", "killing worker processes that did not end within the grace period",
               {{"processes", processes.size()}});
  Signal(processes, SIGKILL);
  AwaitEnd(processes, std::chrono::steady_clock::now() + std::chrono::seconds(5));
}

}  // namespace wampgate::supervisor
