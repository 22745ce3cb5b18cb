#include "supervisor/listen_sockets.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "net/listen_socket.hpp"
#include "supervisor/bind.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::chrono::milliseconds kListenRetry{1000};

int Backlog(const net::ListenEndpoint& settings) {
  return std::visit([](const auto& endpoint) { return endpoint.backlog; }, settings);
}

}  // namespace

std::shared_ptr<ListenEndpoint> ListenSockets::Find(const std::string& transport) const {
  const auto found = table_.find(transport);
  return found == table_.end() ? nullptr : found->second;
}

std::vector<ListenSockets::Leaving> ListenSockets::Take(ListenStage& stage,
                                                        const std::set<std::string>& idle) {
  stage.Keep();
  for (const std::string& address : stage.foreign()) groups_.MarkForeign(address);
  std::vector<Leaving> leaving;
  for (const auto& endpoint : stage.removed()) leaving.push_back({endpoint, 0});
  table_.clear();
  for (ListenStage::Entry& entry : stage.entries()) {
    ListenEndpoint& endpoint = *entry.endpoint;
    for (UniqueFd& socket : entry.added) endpoint.sockets.push_back({std::move(socket), false});
    if (endpoint.sockets.size() > entry.count) leaving.push_back({entry.endpoint, entry.count});
    Update(endpoint, entry.settings);
    endpoint.worker = entry.worker;
    endpoint.idle = idle.contains(entry.worker);
    table_[entry.transport] = entry.endpoint;
    Listen(endpoint);
  }
  return leaving;
}

void ListenSockets::Recover(const ListenTable& recovered, const std::vector<internal::PortOrder>& orders) {
  std::map<std::string, std::set<int>> groups;
  for (const auto& [transport, endpoint] : recovered) {
    for (const ListenEndpoint::Socket& socket : endpoint->sockets) {
      if (endpoint->is_tcp() && socket.listening) groups[endpoint->address].insert(socket.fd.get());
    }
  }
  for (const auto& [address, members] : groups) {
    const auto order = std::find_if(orders.begin(), orders.end(),
                                    [&](const auto& entry) { return entry.address() == address; });
    std::vector<std::uint64_t> cookies;
    if (order != orders.end()) cookies.assign(order->cookies().begin(), order->cookies().end());
    groups_.Recover(address, members, cookies);
  }
}

// The settings that can change under the same address.
void ListenSockets::Update(ListenEndpoint& endpoint, const net::ListenEndpoint& settings) {
  const net::ListenEndpoint before = std::exchange(endpoint.settings, settings);
  if (before == settings) return;
  for (ListenEndpoint::Socket& socket : endpoint.sockets) {
    if (!activated_.Holds(socket.fd.get())) UpdateSocket(socket.fd.get(), settings);
    if (socket.listening) static_cast<void>(net::StartListening(socket.fd.get(), Backlog(settings)));
  }
}

void ListenSockets::Listen(ListenEndpoint& endpoint) {
  if (endpoint.idle) return;
  for (ListenEndpoint::Socket& socket : endpoint.sockets) {
    if (!socket.listening) ListenOne(endpoint, socket);
  }
}

// It can only fail if another program has begun to listen between our bind and now; it is tried on.
void ListenSockets::ListenOne(ListenEndpoint& endpoint, ListenEndpoint::Socket& socket) {
  const bool own = !activated_.Holds(socket.fd.get());
  if (own && endpoint.is_tcp()) Reserve(socket.fd.get(), Reserved::kNo);
  const Status status = net::StartListening(socket.fd.get(), Backlog(endpoint.settings));
  if (!status.ok()) {
    log::Error("supervisor",
               "cannot listen on an address that was free a moment ago; trying again every second",
               {{"address", endpoint.address}, {"error", Message(status)}});
    retry_.Start(loop_.timers(), kListenRetry, [this] {
      for (auto& [transport, listed] : table_) Listen(*listed);
    });
    return;
  }
  socket.listening = true;
  if (own && endpoint.is_tcp()) groups_.Join(endpoint.address, socket.fd.get());
}

bool ListenSockets::TakeOutOfSelection(const std::vector<Leaving>& leaving) {
  std::map<std::string, std::set<int>> excluded;
  for (const Leaving& part : leaving) {
    if (!part.endpoint->is_tcp()) continue;
    for (std::size_t i = part.first; i < part.endpoint->sockets.size(); ++i) {
      const ListenEndpoint::Socket& socket = part.endpoint->sockets[i];
      if (socket.listening && !activated_.Holds(socket.fd.get()))
        excluded[part.endpoint->address].insert(socket.fd.get());
    }
  }
  bool any = false;
  for (const auto& [address, sockets] : excluded) {
    const StatusOr<bool> done = groups_.Exclude(address, sockets);
    if (done.ok()) {
      any = any || *done;
      continue;
    }
    log::Warning("supervisor", "connections that arrive while sockets of an address are closed may be reset",
                 {{"address", address}, {"error", Message(done.status())}});
  }
  return any;
}

void ListenSockets::Drain(const std::vector<Leaving>& leaving, std::function<void()> done) {
  if (!TakeOutOfSelection(leaving)) return done();
  draining_ = leaving;
  drained_ = std::move(done);
  AwaitEmpty(std::chrono::steady_clock::now());
}

void ListenSockets::AwaitEmpty(std::chrono::steady_clock::time_point begin) {
  drain_.Start(loop_.timers(), TimerWheel::kTick, [this, begin] {
    const auto waited = std::chrono::steady_clock::now() - begin;
    bool empty = waited >= kDrainMinimum;
    for (const Leaving& part : draining_) {
      for (std::size_t i = part.first; empty && i < part.endpoint->sockets.size(); ++i) {
        empty = QueueLength(part.endpoint->sockets[i].fd.get()) == 0;
      }
    }
    if (!empty && waited < kDrainDeadline) return AwaitEmpty(begin);
    draining_.clear();
    const auto done = std::exchange(drained_, nullptr);
    done();
  });
}

void ListenSockets::CloseLeaving(const std::vector<Leaving>& leaving) {
  for (const Leaving& part : leaving) {
    std::vector<ListenEndpoint::Socket>& sockets = part.endpoint->sockets;
    // From the end: then those that stay keep their position in the kernel's group.
    while (sockets.size() > part.first) {
      CloseSocket(*part.endpoint, sockets.back());
      sockets.pop_back();
    }
    if (sockets.empty()) part.endpoint->file.Remove();
  }
}

// Processes may hold duplicates, so the socket is ended, not just closed; unless it is not ours to end.
void ListenSockets::CloseSocket(ListenEndpoint& endpoint, ListenEndpoint::Socket& socket) {
  if (socket.listening && !activated_.Holds(socket.fd.get())) {
    EndListening(socket.fd.get());
    if (endpoint.is_tcp()) groups_.Leave(endpoint.address, socket.fd.get());
  }
  socket.listening = false;
  socket.fd.Reset();
}

void ListenSockets::StopListening(const std::string& worker) {
  for (auto& [transport, endpoint] : table_) {
    if (endpoint->worker != worker || endpoint->idle) continue;
    endpoint->idle = true;
    if (activated_.Holds(endpoint->sockets.front().fd.get())) continue;
    std::vector<UniqueFd> fresh = Placeholders(*endpoint);
    for (std::size_t i = 0; i < endpoint->sockets.size(); ++i) {
      CloseSocket(*endpoint, endpoint->sockets[i]);
      if (i < fresh.size()) endpoint->sockets[i].fd = std::move(fresh[i]);
    }
  }
}

/// Sockets that hold the address of a worker that is stopped. New ones: the kernel does not put a socket that
/// has ended to listen back into its SO_REUSEPORT group (measured), and a Unix socket cannot listen again at
/// all, so that has none.
std::vector<UniqueFd> ListenSockets::Placeholders(const ListenEndpoint& endpoint) {
  if (!endpoint.is_tcp()) return {};
  for (const ListenEndpoint::Socket& socket : endpoint.sockets) AllowCompany(socket.fd.get());
  StatusOr<BoundSockets> bound = BindEndpoint(
      {.settings = endpoint.Bound(), .count = endpoint.sockets.size(), .company = Company::kOurs});
  if (!bound.ok()) {
    log::Warning("supervisor",
                 "the address of a stopped worker cannot be kept; somebody else may take it meanwhile",
                 {{"address", endpoint.address}, {"error", Message(bound.status())}});
    return {};
  }
  for (const UniqueFd& socket : bound->sockets) Reserve(socket.get(), Reserved::kYes);
  return std::move(bound->sockets);
}

Status ListenSockets::ListenAgain(const std::string& worker) {
  for (auto& [transport, endpoint] : table_) {
    if (endpoint->worker != worker || !endpoint->idle) continue;
    if (!endpoint->sockets.front().fd) {
      WAMPGATE_ASSIGN_OR_RETURN(BoundSockets bound, BindEndpoint({.settings = endpoint->Bound(),
                                                                  .count = endpoint->sockets.size()}));
      for (std::size_t i = 0; i < endpoint->sockets.size(); ++i) {
        endpoint->sockets[i].fd = std::move(bound.sockets[i]);
      }
      if (!endpoint->is_tcp()) endpoint->file = SocketFile::At(endpoint->file.path);
    }
    endpoint->idle = false;
    Listen(*endpoint);
  }
  return OkStatus();
}

void ListenSockets::CloseAll() {
  for (auto& [transport, endpoint] : table_) {
    endpoint->sockets.clear();
    endpoint->file.Remove();
  }
  table_.clear();
  retry_.Stop();
}

}  // namespace wampgate::supervisor
