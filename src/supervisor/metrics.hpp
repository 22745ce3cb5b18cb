#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "supervisor/disk.hpp"
#include "supervisor/exposition.hpp"
#include "supervisor/node_state.hpp"
#include "supervisor/operator_states.hpp"
#include "supervisor/process_metrics.hpp"
#include "supervisor/process_table.hpp"
#include "wampgate/v1/node_service.pb.h"

namespace wampgate::supervisor {

/// The metrics of the node: what its processes say, once a second, with what those had counted that have
/// ended, so that no counter falls while the node lives; what the kernel says of them; and what the
/// supervisor knows itself. Loop's thread only.
class Metrics {
 public:
  /// Two readers within that time get the same text: it costs a walk through /proc.
  static constexpr std::chrono::milliseconds kFresh{1000};

  struct Surroundings {
    const NodeState& state;
    const ProcessTable& table;
    const OperatorStates& operator_states;
    Disk& disk;
    std::string path;  ///< of the file that keeps the counters of ended processes
    std::function<v1::NodeView()> view;
  };
  explicit Metrics(Surroundings around) : around_(std::move(around)) {}

  /// What a supervisor has kept whose place this one takes.
  void Load();
  /// The process has ended: what it had counted is kept. Before its last status is forgotten.
  void OnEnded(const Process& process);
  /// The node has ended: another life, other counters.
  void Forget();

  /// `source` adds what another part of the supervisor knows, whenever there is somebody to read it.
  using Source = std::function<void(Exposition&)>;
  void AddSource(Source source) { sources_.push_back(std::move(source)); }

  /// UNAVAILABLE while a process that was taken over has not said what it has counted.
  StatusOr<std::string> Text();

 private:
  void AddNode(Exposition& exposition) const;
  void AddWorkers(Exposition& exposition);
  void AddProcess(const Process& process, Exposition& exposition);

  Surroundings around_;
  ProcessMetrics processes_;
  Exposition ended_;
  std::map<std::uint64_t, double> cpu_seen_;  // by generation, seconds
  std::vector<Source> sources_;
  std::string text_;
  std::chrono::steady_clock::time_point text_time_{};
};

}  // namespace wampgate::supervisor
