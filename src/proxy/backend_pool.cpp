#include "proxy/backend_pool.hpp"

namespace wampgate::proxy {

std::shared_ptr<Backend> BackendPool::Acquire(const BackendOptions& options) {
  auto [entry, end] = by_name_.equal_range(options.name);
  while (entry != end) {
    auto backend = entry->second.lock();
    if (backend != nullptr && backend->options() == options) return backend;
    entry = backend == nullptr ? by_name_.erase(entry) : std::next(entry);
  }
  if (by_name_.size() >= tidy_at_) {
    std::erase_if(by_name_, [](const auto& known) { return known.second.expired(); });
    tidy_at_ = 2 * by_name_.size() + 64;
  }
  auto backend = std::make_shared<Backend>(options, records_.Of(options.name));
  by_name_.emplace(options.name, backend);
  return backend;
}

BackendPool::Backends BackendPool::AcquireAll(const std::map<std::string, BackendOptions>& options) {
  Backends backends;
  for (const auto& [id, one] : options) backends.emplace_hint(backends.end(), id, Acquire(one));
  return backends;
}

}  // namespace wampgate::proxy
