#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "proxy/tunnel_host.hpp"
#include "wamp/session_registry.hpp"
#include "wampgate/internal/control.pb.h"
#include "web/echo_service.hpp"
#include "worker/helper_thread.hpp"
#include "worker/snapshot.hpp"
#include "worker/transport_set.hpp"

namespace wampgate::worker {

/// What came of reading a node message.
struct Resolution {
  std::optional<config::Node> node;  ///< absent: refused
  std::string error;
  std::string error_path;
};
/// Reads a node message with one worker; called on the helper thread.
using ResolveNode = std::function<Resolution(const v1::Node& node, const std::string& node_directory)>;

/// The settings in force and those prepared: prepare builds on the helper thread without effect, commit
/// swaps. Transactions that are unknown or late are answered and do no harm. Loop's thread only.
class Revisions {
 public:
  struct Surroundings {
    net::Loop& loop;
    HelperThread& helper;
    PartFactory& factory;
    TransportSet& transports;
    wamp::SessionRegistry& sessions;
    web::EchoConnections& echoes;
    proxy::TunnelHost& tunnels;
    ResolveNode resolve;
    std::function<void(const internal::Frame&)> send;  ///< answers to the supervisor
    std::function<void(const config::Node&)> on_applied;
  };
  explicit Revisions(Surroundings surroundings) : around_(std::move(surroundings)) {}

  void Prepare(internal::Prepare prepare, std::vector<UniqueFd> descriptors);
  void Commit(const internal::Commit& commit);
  void Discard(std::uint64_t transaction);
  /// The supervisor that began them is gone.
  void DiscardAll();

  /// 0 before the first commit.
  std::uint64_t applied() const { return current_ ? current_->revision() : 0; }
  const std::shared_ptr<const Snapshot>& current() const { return current_; }
  /// What DiscardAll forgot last, if it was prepared and no other revision has been prepared since; else 0.
  std::uint64_t forgotten() const { return forgotten_; }
  /// As the Prepare of the applied revision said.
  const std::string& made_for() const { return made_for_; }

 private:
  struct Pending {
    std::uint64_t number = 0;  // tells a transaction from an older one of the same id
    std::string made_for;
    std::vector<PassedSocket> sockets;
    std::shared_ptr<const Snapshot> snapshot;  // null while it is built
  };
  void Built(std::uint64_t transaction, std::uint64_t number, Snapshot::Result result);
  void Forget(std::uint64_t transaction);
  void EndSessionsOf(const std::set<std::string, std::less<>>& removed);

  Surroundings around_;
  std::shared_ptr<const Snapshot> current_;
  std::string made_for_;
  std::uint64_t forgotten_ = 0;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t last_number_ = 0;
};

/// Resource names of the transports, paths and backends of `before` that `after` does not have or has as
/// something else (another address, another kind of service): what the sessions on them must be told.
std::set<std::string, std::less<>> RemovedParts(const Snapshot& before, const Snapshot& after);

/// Pairs the sockets of a frame with its descriptors; surplus ones of either are left out.
std::vector<PassedSocket> PairSockets(
    const google::protobuf::RepeatedPtrField<internal::ListenSocket>& sockets,
    std::vector<UniqueFd> descriptors);

}  // namespace wampgate::worker
