#include "proxy/backend_record.hpp"

namespace wampgate::proxy {

std::shared_ptr<BackendRecord> BackendRecords::Of(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  if (by_name_.size() < kMost || by_name_.contains(name)) {
    auto& record = by_name_[name];
    if (record == nullptr) record = std::make_shared<BackendRecord>();
    return record;
  }
  if (others_.size() >= tidy_at_) {
    std::erase_if(others_, [](const auto& entry) { return entry.second.expired(); });
    tidy_at_ = 2 * others_.size() + 64;
  }
  std::weak_ptr<BackendRecord>& known = others_[name];
  auto record = known.lock();
  if (record == nullptr) known = record = std::make_shared<BackendRecord>();
  return record;
}

std::vector<BackendRecords::Entry> BackendRecords::All() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Entry> all;
  all.reserve(by_name_.size());
  for (const auto& [name, record] : by_name_) {
    const bool in_use = record.use_count() > 1;
    all.push_back({name, record, in_use});
  }
  return all;
}

}  // namespace wampgate::proxy
