#include "config/merge_workers.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "config/load.hpp"

namespace wampgate::config {
namespace {

constexpr int kMostProcesses = 256;

bool SharesWhatItListensOn(const v1::Worker& worker) {
  return std::all_of(worker.transports().begin(), worker.transports().end(), [](const auto& transport) {
    const v1::ListenEndpoint& endpoint = transport.endpoint();
    if (!endpoint.has_tcp()) return true;
    const v1::TcpListen& tcp = endpoint.tcp();
    const bool any_port = tcp.port().has_number() && tcp.port().number() == 0;
    return tcp.shared() && tcp.portrange().empty() && !any_port;
  });
}

/// 0: as many as there are cores.
int Processes(const v1::Worker& worker) {
  const v1::ProcessCount& processes = worker.options().processes();
  if (processes.rule() == v1::ProcessCount::AUTO) return 0;
  return processes.has_count() ? processes.count() : 1;
}

/// What must be equal of workers that are alike.
std::string Kind(const CarriedWorker& carried) {
  v1::Worker worker = carried.worker;
  worker.clear_id();
  if (worker.has_options()) {
    worker.mutable_options()->clear_title();
    worker.mutable_options()->clear_processes();
    if (worker.options().ByteSizeLong() == 0) worker.clear_options();
  }
  return CanonicalBytes(worker) + "\n" + carried.lost;
}

bool MayMerge(const v1::Worker& into, const v1::Worker& worker) {
  if (Processes(into) == 0 || Processes(worker) == 0) return false;
  return Processes(into) + Processes(worker) <= kMostProcesses && SharesWhatItListensOn(worker);
}

}  // namespace

std::vector<MergedWorker> MergeAlike(std::vector<CarriedWorker> workers) {
  std::vector<MergedWorker> merged;
  std::vector<std::string> kinds;
  for (CarriedWorker& worker : workers) {
    const std::string kind = Kind(worker);
    const auto fits = [&](std::size_t i) {
      return kinds[i] == kind && MayMerge(merged[i].first.worker, worker.worker);
    };
    std::size_t i = 0;
    while (i < merged.size() && !fits(i)) ++i;
    if (i < merged.size()) {
      v1::Worker& into = merged[i].first.worker;
      const int sum = Processes(into) + Processes(worker.worker);
      into.mutable_options()->mutable_processes()->set_count(sum);
      merged[i].places.push_back(worker.place);
    } else {
      kinds.push_back(kind);
      const std::size_t place = worker.place;
      merged.push_back({std::move(worker), {place}});
    }
  }
  return merged;
}

}  // namespace wampgate::config
