#include "config/left_over.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wampgate::config {
namespace {

void KeepTransports(Value& worker, const std::vector<std::size_t>& places) {
  for (std::size_t i = 0; i < worker.keys.size(); ++i) {
    if (worker.keys[i].text != "transports") continue;
    Value kept = Value::List();
    for (const std::size_t place : places) kept.items.push_back(std::move(worker.items[i].items[place]));
    worker.items[i] = std::move(kept);
  }
}

/// Gives a worker its id, if it would get another one by its place.
void KeepId(Value& worker, const std::string& id, int& unnamed) {
  if (worker.Find("id") != nullptr) return;
  if (fmt::format("worker{:03}", unnamed + 1) == id) {
    ++unnamed;
    return;
  }
  worker.keys.insert(worker.keys.begin(), {"id", {}});
  worker.items.insert(worker.items.begin(), Value::String(id));
}

}  // namespace

Value LeftOver(const Value& document, const std::vector<CarriedWorker>& carried,
               const std::vector<std::string>& ids) {
  const auto carried_at = [&](std::size_t place) {
    return std::find_if(carried.begin(), carried.end(),
                        [place](const CarriedWorker& worker) { return worker.place == place; });
  };
  Value rest = Value::Object();
  for (std::size_t i = 0; i < document.keys.size(); ++i) {
    const std::string& key = document.keys[i].text;
    if (key == "limits") continue;
    Value& item = rest.Add(key, document.items[i]);
    if (key != "workers") continue;
    int unnamed = 0;
    Value workers = Value::List();
    for (std::size_t place = 0; place < item.items.size(); ++place) {
      Value worker = std::move(item.items[place]);
      const auto found = carried_at(place);
      if (found != carried.end() && !found->stays) {
        if (found->staying.empty()) continue;
        KeepTransports(worker, found->staying);
      }
      KeepId(worker, ids[place], unnamed);
      workers.items.push_back(std::move(worker));
    }
    item = std::move(workers);
  }
  return rest;
}

}  // namespace wampgate::config
