#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "supervisor/disk.hpp"
#include "wampgate/internal/process_record.pb.h"

namespace wampgate::supervisor {

class Process;

/// Every process that this supervisor has started or taken over and that has not ended, by generation. Keeps
/// the record in the node directory by which a later supervisor knows them.
class ProcessTable {
 public:
  ProcessTable(Disk& disk, std::string record_path) : disk_(disk), path_(std::move(record_path)) {}

  std::uint64_t NextGeneration() { return ++generation_; }
  /// `generation`, if no other process has it, else the next free one; NextGeneration gives greater ones.
  std::uint64_t Reserve(std::uint64_t generation);
  void Add(Process& process);
  void Remove(Process& process);
  /// Something that goes into the record is another.
  void Changed() { Save(); }
  /// NextGeneration gives greater ones.
  void StartAfter(std::uint64_t generation) { generation_ = std::max(generation_, generation); }
  std::uint64_t last_generation() const { return generation_; }
  /// What else goes into the record: the order of the sockets of each port.
  void SetPorts(std::vector<internal::PortOrder> ports);
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
  std::vector<internal::PortOrder> ports_;
};

/// /proc/sys/kernel/random/boot_id; empty if it cannot be read.
std::string BootId();

}  // namespace wampgate::supervisor
