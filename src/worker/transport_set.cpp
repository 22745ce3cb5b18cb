#include "worker/transport_set.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace wampgate::worker {
namespace {

constexpr std::string_view kModule = "worker";
constexpr std::chrono::milliseconds kSweepInterval{100};

bool SameProtocol(const config::Transport& a, const config::Transport& b) {
  return a.protocol.index() == b.protocol.index();
}

void AddTls(const TransportUnit& unit, std::map<std::string, TransportSet::TlsCount>& counts) {
  const net::TlsHandshakes& handshakes = unit.tls_handshakes();
  if (handshakes.succeeded() + handshakes.failed() + unit.without_tls() == 0) return;
  TransportSet::TlsCount& count = counts[unit.part().settings->name];
  count.succeeded += handshakes.succeeded();
  count.failed += handshakes.failed() + unit.without_tls();
}

/// Takes the sockets of one transport out of `sockets`.
std::vector<ListenSocket> TakeFor(const std::string& transport, std::vector<PassedSocket>& sockets) {
  std::vector<ListenSocket> taken;
  for (PassedSocket& passed : sockets) {
    if (passed.transport == transport && passed.socket.descriptor) taken.push_back(std::move(passed.socket));
  }
  return taken;
}

}  // namespace

bool TransportSet::Listens(const std::string& transport) const {
  const auto found = units_.find(transport);
  return found != units_.end() && found->second->listens();
}

void TransportSet::Apply(const Snapshot& snapshot, std::vector<PassedSocket> sockets) {
  for (auto unit = units_.begin(); unit != units_.end();) {
    if (snapshot.Find(unit->first)) {
      ++unit;
      continue;
    }
    log::Info(kModule, "transport removed", {{"transport", unit->first}});
    Retire(std::move(unit->second));
    unit = units_.erase(unit);
  }
  for (const auto& [name, part] : snapshot.transports()) {
    std::unique_ptr<TransportUnit>& unit = units_[name];
    std::vector<ListenSocket> own = TakeFor(name, sockets);
    if (unit && own.empty() && &unit->part() == part.get()) continue;
    if (unit && own.empty() && SameProtocol(*unit->part().settings, *part->settings)) {
      unit->SetPart(part);
      continue;
    }
    // New, or replaced because its endpoint or its protocol differs.
    auto made = std::make_unique<TransportUnit>(loop_, offload_, part);
    made->SetAccepting(Accepts(name));
    if (own.empty() && unit) unit->MoveListeners(*made);
    for (ListenSocket& socket : own) made->Listen(std::move(socket), Ownership::kOwn);
    if (unit) Retire(std::move(unit));
    unit = std::move(made);
  }
}

bool TransportSet::Adopt(PassedSocket passed) {
  const auto found = units_.find(passed.transport);
  if (found == units_.end()) return false;
  found->second->Listen(std::move(passed.socket), Ownership::kAdopted);
  return true;
}

void TransportSet::Release(const std::string& transport, std::uint32_t index) {
  const auto found = units_.find(transport);
  if (found != units_.end()) found->second->Release(index);
}

void TransportSet::SetAccepting(const std::string& transport, bool accepting) {
  if (transport.empty()) {
    accepting_ = accepting;
    closed_.clear();
  } else if (accepting) {
    closed_.erase(transport);
  } else {
    closed_.insert(transport);
  }
  for (auto& [name, unit] : units_) unit->SetAccepting(Accepts(name));
}

std::vector<PassedSocket> TransportSet::Sockets() const {
  std::vector<PassedSocket> sockets;
  for (const auto& [name, unit] : units_) {
    for (ListenSocket& socket : unit->Sockets()) sockets.push_back({name, std::move(socket)});
  }
  return sockets;
}

void TransportSet::Drain() {
  for (auto& [name, unit] : units_) unit->Drain();
}

TransportSet::Counters TransportSet::counters() const {
  Counters total = past_;
  const auto add = [&total](const TransportUnit& unit) {
    total.accepted += unit.accepted();
    total.turned_away += unit.turned_away();
    total.connections += unit.connections();
  };
  for (const auto& [name, unit] : units_) add(*unit);
  for (const Retired& retired : retired_) add(*retired.unit);
  return total;
}

std::map<std::string, TransportSet::TlsCount> TransportSet::tls_counts() const {
  std::map<std::string, TlsCount> counts = past_tls_;
  for (const auto& [name, unit] : units_) AddTls(*unit, counts);
  for (const Retired& retired : retired_) AddTls(*retired.unit, counts);
  return counts;
}

void TransportSet::Retire(std::unique_ptr<TransportUnit> unit) {
  unit->Drain();
  retired_.push_back({std::move(unit), std::chrono::steady_clock::now() + kRetirement});
  if (!sweep_.running()) sweep_.Start(loop_.timers(), kSweepInterval, [this] { SweepRetired(); });
}

void TransportSet::SweepRetired() {
  const auto now = std::chrono::steady_clock::now();
  const auto gone = std::partition(retired_.begin(), retired_.end(), [now](const Retired& retired) {
    return retired.unit->connections() > 0 && now < retired.deadline;
  });
  for (auto retired = gone; retired != retired_.end(); ++retired) {
    past_.accepted += retired->unit->accepted();
    past_.turned_away += retired->unit->turned_away();
    AddTls(*retired->unit, past_tls_);
    loop_.DeleteLater(std::move(retired->unit));
  }
  retired_.erase(gone, retired_.end());
  if (!retired_.empty()) sweep_.Start(loop_.timers(), kSweepInterval, [this] { SweepRetired(); });
}

}  // namespace wampgate::worker
