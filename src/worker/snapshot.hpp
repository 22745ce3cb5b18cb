#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/resolved.hpp"
#include "http/server.hpp"
#include "wamp/session_acceptor.hpp"
#include "worker/part_factory.hpp"

namespace wampgate::worker {

/// A web service that is mounted on a path, with the settings it was made from.
struct ServicePart {
  std::shared_ptr<const config::Path> settings;
  std::shared_ptr<http::Service> service;
};

/// What a transport's new connections get. Immutable; a live connection keeps only the parts it uses.
struct TransportPart {
  std::shared_ptr<const config::Transport> settings;
  /// What requests go to; null where no HTTP is spoken.
  std::shared_ptr<const http::Site> site;
  /// What RawSocket connections go to; null where it is not spoken.
  std::shared_ptr<wamp::SessionAcceptor> acceptor;
  /// `web` and `universal`: every mounted service and path level, by resource name.
  std::map<std::string, ServicePart> services;
};

/// The settings of one revision as run-time objects. Immutable; whatever is equal to its counterpart in the
/// revision before is the same object, so that a change touches nothing but what it changes.
class Snapshot {
 public:
  struct Result {
    std::shared_ptr<const Snapshot> snapshot;  ///< null: refused
    std::string error;
    std::string error_path;  ///< resource name
    enum class Base : std::uint8_t { kFits, kIsAnother };
    Base base = Base::kFits;  ///< refused because `previous` is not what the changes are for
  };
  struct Settings {
    config::Node node;  ///< with one worker
    /// Set: the worker's routes come to those of the snapshot before or replace them, and these go.
    std::optional<std::vector<std::pair<std::string, std::string>>> removed_routes = std::nullopt;
  };
  /// Runs on the helper thread; `previous` may be null.
  static Result Build(std::uint64_t revision, Settings settings, PartFactory& factory,
                      std::shared_ptr<const Snapshot> previous);

  std::uint64_t revision() const { return revision_; }
  /// Without the worker's routes, which are in worker_part().
  const std::shared_ptr<const config::Node>& node() const { return node_; }
  const config::Worker& worker() const { return node_->workers.front(); }
  const std::shared_ptr<const WorkerPart>& worker_part() const { return worker_part_; }
  /// By resource name.
  const std::map<std::string, std::shared_ptr<const TransportPart>>& transports() const {
    return transports_;
  }
  std::shared_ptr<const TransportPart> Find(const std::string& transport) const;

 private:
  std::uint64_t revision_ = 0;
  std::shared_ptr<const config::Node> node_;
  std::shared_ptr<const WorkerPart> worker_part_;
  std::map<std::string, std::shared_ptr<const TransportPart>> transports_;
};

}  // namespace wampgate::worker
