#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "supervisor/disk.hpp"

namespace wampgate::supervisor {

class Process;

/// Every process that this supervisor has started and that has not ended, by generation. Keeps the record in
/// the node directory by which a later supervisor knows them.
class ProcessTable {
 public:
  ProcessTable(Disk& disk, std::string record_path) : disk_(disk), path_(std::move(record_path)) {}

  std::uint64_t NextGeneration() { return ++generation_; }
  void Add(Process& process);
  void Remove(Process& process);
  /// Null if it has ended.
  Process* Find(std::uint64_t generation);
  bool empty() const { return processes_.empty(); }
  const std::map<std::uint64_t, Process*>& all() const { return processes_; }

 private:
  void Save();
  Disk& disk_;
  std::string path_;
  std::uint64_t generation_ = 0;
  std::map<std::uint64_t, Process*> processes_;
};

/// /proc/sys/kernel/random/boot_id; empty if it cannot be read.
std::string BootId();

}  // namespace wampgate::supervisor
