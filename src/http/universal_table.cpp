#include "http/universal_table.hpp"

#include <algorithm>
#include <utility>

namespace wampgate::http {

UniversalTable::UniversalTable(Entries entries, std::shared_ptr<Service> root,
                               std::shared_ptr<Service> others)
    : entries_(std::move(entries)), root_(std::move(root)), others_(std::move(others)) {}

void UniversalTable::Handle(Request request, std::shared_ptr<Responder> responder) {
  if (Service* entry = EntryFor(request)) return entry->Handle(std::move(request), std::move(responder));
  if (others_ != nullptr) return others_->Handle(std::move(request), std::move(responder));
  responder->SendVerbatim("");
}

/// Notes in the request what has been matched.
Service* UniversalTable::EntryFor(Request& request) const {
  const auto& segments = request.segments;
  const auto first = std::find_if(segments.begin(), segments.end(),
                                  [](const std::string& segment) { return !segment.empty(); });
  if (first == segments.end()) {
    request.at_level_root = root_ != nullptr;
    return root_.get();
  }
  const auto entry = entries_.find(*first);
  if (entry == entries_.end()) return nullptr;
  request.consumed = static_cast<std::size_t>(first - segments.begin()) + 1;
  return entry->second.get();
}

}  // namespace wampgate::http
