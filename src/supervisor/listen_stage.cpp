#include "supervisor/listen_stage.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "net/listen_socket.hpp"
#include "supervisor/bind.hpp"

namespace wampgate::supervisor {

ListenStage::ListenStage(const ListenTable& present, const config::Node& next,
                         const ActivatedSockets& activated)
    : activated_(activated) {
  Enter(next);
  MatchPresent(present);
  BindMissing();
}

ListenStage::~ListenStage() {
  if (kept_) return;
  for (const auto& endpoint : made_) endpoint->file.Remove();
}

void ListenStage::Enter(const config::Node& next) {
  for (std::size_t w = 0; w < next.workers.size(); ++w) {
    const config::Worker& worker = next.workers[w];
    for (std::size_t t = 0; t < worker.transports.size(); ++t) {
      Entry entry;
      entry.transport = worker.transports[t].name;
      entry.worker = worker.id;
      entry.settings = worker.transports[t].endpoint;
      entry.count = SocketCount(entry.settings, worker.processes);
      entries_.push_back(std::move(entry));
      paths_.push_back(fmt::format("workers[{}].transports[{}].endpoint", w, t));
    }
  }
}

// First the transports that keep their name, then those whose address moves to another name.
void ListenStage::MatchPresent(const ListenTable& present) {
  ListenTable left = present;
  for (Entry& entry : entries_) {
    const auto same = left.find(entry.transport);
    if (same == left.end() || !Fits(*same->second, entry.settings)) continue;
    entry.endpoint = same->second;
    left.erase(same);
  }
  for (Entry& entry : entries_) {
    if (entry.endpoint != nullptr) continue;
    entry.changed = true;
    const auto* tcp = std::get_if<net::TcpListen>(&entry.settings);
    if (tcp != nullptr && tcp->port == 0) continue;  // any port is as good as another
    const auto moved = std::find_if(left.begin(), left.end(), [&](const auto& candidate) {
      return Fits(*candidate.second, entry.settings);
    });
    if (moved == left.end()) continue;
    entry.endpoint = moved->second;
    left.erase(moved);
  }
  for (auto& [transport, endpoint] : left) removed_.push_back(endpoint);
}

void ListenStage::BindMissing() {
  for (Entry& entry : entries_) Bind(entry);
}

void ListenStage::Bind(Entry& entry) {
  if (entry.endpoint != nullptr) return Grow(entry);
  if (!TakeActivated(entry)) BindNew(entry);
}

// Their number is the service manager's, whatever the number of processes.
bool ListenStage::TakeActivated(Entry& entry) {
  std::vector<UniqueFd> sockets = activated_.At(entry.settings);
  if (sockets.empty()) return false;
  auto endpoint = std::make_shared<ListenEndpoint>();
  endpoint->settings = entry.settings;
  endpoint->address = net::BoundAddress(sockets.front().get());
  endpoint->port = net::BoundPort(sockets.front().get());
  for (UniqueFd& socket : sockets) endpoint->sockets.push_back({std::move(socket), false});
  entry.count = endpoint->sockets.size();
  entry.endpoint = std::move(endpoint);
  return true;
}

// Whether the node has sockets on this port already, which this one is to join; perhaps of another interface
// or family.
bool ListenStage::NodeShares(const Entry& entry) const {
  if (!IsShared(entry.settings)) return false;
  const auto& wanted = std::get<net::TcpListen>(entry.settings);
  const unsigned last = std::max<unsigned>(wanted.port, wanted.port_range_end);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& other) {
    return &other != &entry && other.endpoint != nullptr && IsShared(other.settings) && wanted.port != 0 &&
           other.endpoint->port >= wanted.port && other.endpoint->port <= last;
  });
}

void ListenStage::BindNew(Entry& entry) {
  StatusOr<BoundSockets> bound =
      BindEndpoint({.settings = entry.settings,
                    .count = entry.count,
                    .company = NodeShares(entry) ? Company::kOurs : Company::kNone});
  if (!bound.ok()) return Fail(entry, bound.status());
  auto endpoint = std::make_shared<ListenEndpoint>();
  endpoint->settings = entry.settings;
  endpoint->address = bound->address;
  endpoint->port = bound->port;
  for (UniqueFd& socket : bound->sockets) endpoint->sockets.push_back({std::move(socket), false});
  if (const auto* local = std::get_if<net::UnixListen>(&entry.settings)) {
    endpoint->file = SocketFile::At(local->path);
  }
  if (bound->foreign) {
    foreign_.insert(bound->address);
    const std::size_t index = static_cast<std::size_t>(&entry - entries_.data());
    problems_.push_back(
        {.severity = config::Severity::kWarning,
         .path = paths_[index],
         .message = fmt::format("another program listens on {} too; connections are shared with it",
                                bound->address)});
  }
  made_.push_back(endpoint);
  entry.endpoint = std::move(endpoint);
}

void ListenStage::Grow(Entry& entry) {
  const ListenEndpoint& endpoint = *entry.endpoint;
  if (activated_.Holds(endpoint.sockets.front().fd.get())) {
    entry.count = endpoint.sockets.size();
    return;
  }
  if (!endpoint.is_tcp()) return;
  if (entry.count > 1 || IsShared(entry.settings)) {
    for (const ListenEndpoint::Socket& socket : endpoint.sockets) AllowCompany(socket.fd.get());
  }
  if (endpoint.sockets.size() >= entry.count) return;
  StatusOr<BoundSockets> bound = BindEndpoint({.settings = endpoint.Bound(),
                                               .count = entry.count - endpoint.sockets.size(),
                                               .company = Company::kOurs});
  if (!bound.ok()) return Fail(entry, bound.status());
  entry.added = std::move(bound->sockets);
}

void ListenStage::Fail(const Entry& entry, const Status& status) {
  const std::size_t index = static_cast<std::size_t>(&entry - entries_.data());
  std::string message = fmt::format("cannot listen on {}", Message(status));
  const auto* tcp = std::get_if<net::TcpListen>(&entry.settings);
  const auto gives_up = [&](const std::shared_ptr<ListenEndpoint>& other) {
    return tcp != nullptr && other->is_tcp() && other->port == tcp->port;
  };
  if (const auto other = std::find_if(removed_.begin(), removed_.end(), gives_up); other != removed_.end()) {
    message += fmt::format(" (this change gives up {}; make it in two steps)", (*other)->address);
  } else if (tcp != nullptr && status.code() == StatusCode::kAlreadyExists) {
    message += tcp->shared ? " by somebody who does not share it" : " by somebody else";
    message += "; ss -ltnp shows who";
  }
  problems_.push_back({.path = paths_[index], .message = std::move(message)});
}

const ListenStage::Entry* ListenStage::Find(const std::string& transport) const {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& candidate) { return candidate.transport == transport; });
  return entry == entries_.end() ? nullptr : &*entry;
}

int ListenStage::fd(const Entry& entry, std::size_t index) const {
  const auto& running = entry.endpoint->sockets;
  return index < running.size() ? running[index].fd.get() : entry.added[index - running.size()].get();
}

}  // namespace wampgate::supervisor
