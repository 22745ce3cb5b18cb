#include "supervisor/process_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "base/log.hpp"
#include "supervisor/process.hpp"

namespace wampgate::supervisor {

void ProcessTable::Add(Process& process) {
  processes_[process.generation()] = &process;
  Save();
}

void ProcessTable::Remove(Process& process) {
  if (processes_.erase(process.generation()) != 0) Save();
}

std::uint64_t ProcessTable::Reserve(std::uint64_t generation) {
  generation_ = std::max(generation_, generation);
  return processes_.contains(generation) ? NextGeneration() : generation;
}

void ProcessTable::SetPorts(std::vector<internal::PortOrder> ports) {
  const bool same =
      std::equal(ports.begin(), ports.end(), ports_.begin(), ports_.end(),
                 [](auto& a, auto& b) { return a.SerializeAsString() == b.SerializeAsString(); });
  ports_ = std::move(ports);
  if (!same) Save();
}

Process* ProcessTable::Find(std::uint64_t generation) {
  const auto process = processes_.find(generation);
  return process == processes_.end() ? nullptr : process->second;
}

// Not synced: after a power failure there are no processes.
void ProcessTable::Save() {
  internal::ProcessRecords records;
  records.set_boot_id(BootId());
  for (const auto& [generation, process] : processes_) {
    internal::ProcessRecord& record = *records.add_processes();
    record.set_worker(process->worker());
    record.set_process(process->index());
    record.set_generation(generation);
    record.set_pid(process->pid());
    record.set_start_time(process->start_time());
    if (const internal::Departure* departure = process->departure()) *record.mutable_departure() = *departure;
  }
  records.mutable_ports()->Assign(ports_.begin(), ports_.end());
  const std::string beside = path_ + ".new";
  Status status = disk_.Write(beside, records.SerializeAsString());
  if (status.ok()) status = disk_.Rename(beside, path_);
  if (!status.ok()) {
    log::Warning("supervisor",
                 "the record of running processes cannot be written; a later supervisor would not know them",
                 {{"file", path_}, {"error", Message(status)}});
  }
}

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace wampgate::supervisor
