#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/latency_histogram.hpp"

namespace wampgate::proxy {

/// What operators have a backend do. Not configuration.
enum class Duty : std::uint8_t {
  kActive,       ///< gets sessions
  kDraining,     ///< gets no new ones; those it has are to end
  kMaintenance,  ///< gets no new ones
};

/// What joins have said of a backend.
enum class BackendCondition : std::uint8_t { kUnknown, kUp, kDown };

class Backend;

/// What one worker process knows of a backend by its name, whatever its options become. Loop's thread only.
struct BackendRecord {
  std::uint64_t joins = 0;          ///< sessions that reached WELCOME
  std::uint64_t failures = 0;       ///< connections that failed or ended without an answer to HELLO
  std::uint64_t refusals = 0;       ///< HELLOs answered with ABORT
  std::uint64_t open = 0;           ///< sessions between WELCOME and their end
  LatencyHistogram join_latency{};  ///< from dialling to WELCOME
  BackendCondition condition = BackendCondition::kUnknown;  ///< as `spokesman` says
  std::string down_because{};                               ///< of kDown
  /// The one that is configured by the name, for the others may still have joins under way; only compared.
  /// Null: whoever spoke last.
  const Backend* spokesman = nullptr;
  Duty duty = Duty::kActive;
};

/// The records of a process by name. The first kMost are never removed, so that none of their counters falls;
/// those of other names live as long as their backends and are not shown. Any thread.
class BackendRecords {
 public:
  static constexpr std::size_t kMost = 1000;

  std::shared_ptr<BackendRecord> Of(const std::string& name);

  struct Entry {
    std::string name;
    std::shared_ptr<const BackendRecord> record;
    bool in_use = false;  ///< a backend of that name is configured, or has sessions
  };
  std::vector<Entry> All() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<BackendRecord>> by_name_;
  std::map<std::string, std::weak_ptr<BackendRecord>> others_;
  std::size_t tidy_at_ = 64;  // entries of others_
};

}  // namespace wampgate::proxy
