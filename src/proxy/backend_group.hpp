#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/backend.hpp"

namespace wampgate::proxy {

/// The backends of one route, in the order of the configuration (spec 5.10, ordered round robin).
class BackendGroup {
 public:
  explicit BackendGroup(std::vector<std::shared_ptr<Backend>> backends);

  /// In which order a join tries them: round robin over those that are up, then those that are down (a
  /// backend is never refused for being down when nothing else is left).
  std::vector<std::shared_ptr<Backend>> Candidates(BackendHealth::Clock::time_point now) const;

  const std::vector<std::shared_ptr<Backend>>& backends() const { return backends_; }

 private:
  std::vector<std::shared_ptr<Backend>> backends_;
  mutable std::size_t next_ = 0;
};

}  // namespace wampgate::proxy
