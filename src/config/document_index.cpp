#include "config/document_index.hpp"

namespace wampgate::config {

DocumentIndex::DocumentIndex(const Value& document) {
  Add(document, {}, "");
}

void DocumentIndex::Add(const Value& value, const Where& where, const std::string& parent) {
  places_.try_emplace(where.text(), Place{&value, parent});
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    Add(value.items[i], value.is_object() ? where.Key(value.keys[i].text) : where.Index(i), where.text());
  }
}

const Value* DocumentIndex::Find(const std::string& path) const {
  const auto found = places_.find(path);
  return found == places_.end() ? nullptr : found->second.value;
}

std::string DocumentIndex::ParentOf(const std::string& path) const {
  const auto found = places_.find(path);
  return found == places_.end() ? "" : found->second.parent;
}

bool IsWithin(const std::string& path, const std::string& whole) {
  if (!path.starts_with(whole)) return false;
  return path.size() == whole.size() || path[whole.size()] == '.' || path[whole.size()] == '[';
}

}  // namespace wampgate::config
