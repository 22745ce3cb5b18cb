#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "supervisor/activated_sockets.hpp"
#include "supervisor/listen_endpoint.hpp"
#include "supervisor/listen_stage.hpp"
#include "supervisor/port_groups.hpp"

namespace wampgate::supervisor {

/// The listening sockets of the running revision. Loop's thread only.
class ListenSockets {
 public:
  explicit ListenSockets(net::Loop& loop) : loop_(loop) {}
  ~ListenSockets() { CloseAll(); }

  /// Before the first Take: what the service manager passed.
  void SetActivated(ActivatedSockets activated) { activated_ = std::move(activated); }
  const ActivatedSockets& activated() const { return activated_; }

  const ListenTable& table() const { return table_; }
  /// Null if there is no such transport.
  std::shared_ptr<ListenEndpoint> Find(const std::string& transport) const;

  /// Sockets that a revision gives up: whole endpoints, and those at the end of an endpoint that shrinks.
  struct Leaving {
    std::shared_ptr<ListenEndpoint> endpoint;
    std::size_t first = 0;  ///< this socket and all behind it leave
  };

  /// Makes a stage's endpoints those of the node; returns what leaves. New sockets of workers that are not in
  /// `idle` listen from now on. The sockets that leave do so until CloseLeaving.
  std::vector<Leaving> Take(ListenStage& stage, const std::set<std::string>& idle);

  /// Before Take: endpoints whose sockets a process of a supervisor that died gave back.
  void Recover(const ListenTable& recovered, const std::vector<internal::PortOrder>& orders);
  /// For a later supervisor.
  std::vector<internal::PortOrder> port_orders() const { return groups_.orders(); }

  /// Has the kernel choose other sockets of the same address, where there are such, and calls `done` once
  /// what waits in the queues of those that leave has been accepted by whoever holds them, or after
  /// kDrainDeadline. At once if no socket has company.
  void Drain(const std::vector<Leaving>& leaving, std::function<void()> done);
  /// Ends and closes them; files of Unix sockets are removed with their endpoint.
  void CloseLeaving(const std::vector<Leaving>& leaving);

  /// The worker's sockets end to listen and stay bound: nobody else gets the address meanwhile. Those of the
  /// service manager listen on.
  void StopListening(const std::string& worker);
  /// They listen again.
  Status ListenAgain(const std::string& worker);

  /// Closes everything and removes the files of Unix sockets. Processes that have been told to stop close
  /// their duplicates themselves.
  void CloseAll();

  static constexpr std::chrono::milliseconds kDrainMinimum{300};  ///< for handshakes under way
  static constexpr std::chrono::milliseconds kDrainDeadline{2000};

 private:
  void Listen(ListenEndpoint& endpoint);
  void ListenOne(ListenEndpoint& endpoint, ListenEndpoint::Socket& socket);
  void Update(ListenEndpoint& endpoint, const net::ListenEndpoint& settings);
  static std::vector<UniqueFd> Placeholders(const ListenEndpoint& endpoint);
  void CloseSocket(ListenEndpoint& endpoint, ListenEndpoint::Socket& socket);
  void AwaitEmpty(std::chrono::steady_clock::time_point begin);
  bool TakeOutOfSelection(const std::vector<Leaving>& leaving);

  net::Loop& loop_;
  ActivatedSockets activated_;
  ListenTable table_;
  PortGroups groups_;
  std::vector<Leaving> draining_;
  std::function<void()> drained_;
  Timer drain_;
  Timer retry_;
};

}  // namespace wampgate::supervisor
