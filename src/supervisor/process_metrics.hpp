#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "supervisor/exposition.hpp"
#include "wampgate/internal/control.pb.h"

namespace wampgate::supervisor {

/// Bounds the label values that come from configurations and clients: those that are seen first are shown,
/// those beyond `most` are "other".
class BoundedNames {
 public:
  explicit BoundedNames(std::size_t most) : most_(most) {}
  std::string_view Admit(std::string_view name);

 private:
  std::size_t most_;
  std::set<std::string, std::less<>> names_;
};

/// Output that peers of a process have not taken.
std::uint64_t BufferedOctets(const internal::Counters& counters);

/// Turns what worker processes say into metrics.
class ProcessMetrics {
 public:
  /// What only grows: given again for each process that lives, and once for one that has ended.
  void AddCounters(std::string_view worker, const internal::Status& status, Exposition& exposition);
  /// What is so at present.
  void AddPresent(std::string_view worker, const internal::Status& status, Exposition& exposition);
  /// The label of a worker.
  std::string_view Worker(std::string_view worker) { return workers_.Admit(worker); }
  /// The label of a backend, by its resource name.
  std::string_view Backend(std::string_view name);
  /// The label of a transport, by its resource name.
  std::string_view Transport(std::string_view name);

 private:
  BoundedNames workers_{200};
  BoundedNames realms_{500};
  BoundedNames backends_{500};
  BoundedNames transports_{500};
};

}  // namespace wampgate::supervisor
