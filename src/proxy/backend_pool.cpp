#include "proxy/backend_pool.hpp"

namespace wampgate::proxy {

std::shared_ptr<Backend> BackendPool::Acquire(const BackendOptions& options) {
  auto [entry, end] = by_name_.equal_range(options.name);
  while (entry != end) {
    auto backend = entry->second.lock();
    if (backend != nullptr && backend->options() == options) return backend;
    entry = backend == nullptr ? by_name_.erase(entry) : std::next(entry);
  }
  auto backend = std::make_shared<Backend>(options);
  by_name_.emplace(options.name, backend);
  return backend;
}

}  // namespace wampgate::proxy
