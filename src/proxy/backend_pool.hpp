#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "proxy/backend.hpp"

namespace wampgate::proxy {

/// Finds the Backend of given options, so that snapshots share it and it keeps its health over configuration
/// changes that leave it as it is; its counters outlive it. Holds no backend alive itself.
/// One per worker process, used by one thread: the one that builds snapshots, which need not be the loop's.
class BackendPool {
 public:
  /// The living backend with exactly these options, else a new one.
  std::shared_ptr<Backend> Acquire(const BackendOptions& options);
  /// By the same ids.
  using Backends = std::map<std::string, std::shared_ptr<Backend>>;
  Backends AcquireAll(const std::map<std::string, BackendOptions>& options);
  /// Of all names so far; any thread.
  const BackendRecords& records() const { return records_; }

 private:
  std::unordered_multimap<std::string, std::weak_ptr<Backend>> by_name_;
  BackendRecords records_;
  std::size_t tidy_at_ = 64;  // entries
};

}  // namespace wampgate::proxy
