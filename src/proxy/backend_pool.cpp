#include "proxy/backend_pool.hpp"

namespace wampgate::proxy {

std::shared_ptr<Backend> BackendPool::Acquire(const BackendOptions& options) {
  auto [entry, end] = by_name_.equal_range(options.name);
  while (entry != end) {
    auto backend = entry->second.lock();
    if (backend != nullptr && backend->options() == options) return backend;
    entry = backend == nullptr ? by_name_.erase(entry) : std::next(entry);
  }
  auto backend = std::make_shared<Backend>(options, RecordOf(options.name));
  by_name_.emplace(options.name, backend);
  return backend;
}

std::shared_ptr<BackendRecord> BackendPool::RecordOf(const std::string& name) {
  if (records_.size() + by_name_.size() >= tidy_at_) {
    std::erase_if(records_, [](const auto& entry) { return entry.second.expired(); });
    std::erase_if(by_name_, [](const auto& entry) { return entry.second.expired(); });
    tidy_at_ = 2 * (records_.size() + by_name_.size()) + 64;
  }
  std::weak_ptr<BackendRecord>& known = records_[name];
  auto record = known.lock();
  if (record == nullptr) known = record = std::make_shared<BackendRecord>();
  return record;
}

}  // namespace wampgate::proxy
