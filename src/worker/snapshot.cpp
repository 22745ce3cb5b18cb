#include "worker/snapshot.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "http/universal_table.hpp"

namespace wampgate::worker {
namespace {

using Children = std::map<std::string, std::shared_ptr<http::Service>, std::less<>>;

struct Failure {
  std::string error;
  std::string path;
};

/// The HTTP server of a transport that speaks nothing but WebSocket.
http::ServerOptions OnlyWebSocket(const websocket::ServerOptions& websocket) {
  http::ServerOptions options;
  options.only_websocket = true;
  options.show_server_version = websocket.show_server_version;
  options.header_timeout = websocket.open_handshake_timeout;
  options.client_timeout.reset();  // "off" is off
  return options;
}

/// The HTTP server of a universal transport: that of `web`; without it, until the path is known, a WebSocket
/// server that is as patient as the most patient of the entries.
http::ServerOptions UniversalOptions(const config::UniversalTransport& universal) {
  if (universal.web) return universal.web->options;
  http::ServerOptions options = OnlyWebSocket({});
  std::chrono::milliseconds longest{0};
  bool is_off = false;
  for (const auto& [segment, path] : universal.websocket.paths) {
    const auto* websocket = std::get_if<config::WampWebSocket>(&path.service);
    if (websocket == nullptr) continue;
    is_off = is_off || websocket->options.open_handshake_timeout.count() == 0;
    longest = std::max(longest, websocket->options.open_handshake_timeout);
  }
  options.header_timeout = is_off ? std::chrono::milliseconds(0) : longest;
  return options;
}

/// Builds one transport, taking over what equals its counterpart in the revision before.
class TransportBuilder {
 public:
  TransportBuilder(std::shared_ptr<const config::Transport> settings, PartFactory& factory,
                   std::shared_ptr<const TransportPart> previous)
      : settings_(std::move(settings)), factory_(factory), previous_(std::move(previous)) {}

  std::shared_ptr<const TransportPart> Build(Failure& failure);

 private:
  bool BuildProtocol(const config::WebTransport& web);
  bool BuildProtocol(const config::WampWebSocket& websocket);
  bool BuildProtocol(const config::RawSocketTransport& rawsocket);
  bool BuildProtocol(const config::WebSocketTestee& testee);
  bool BuildProtocol(const config::UniversalTransport& universal);
  std::shared_ptr<http::Service> BuildUniversal(const config::UniversalTransport& universal);
  std::shared_ptr<http::Service> BuildLevel(const config::PathLevel& level);
  std::shared_ptr<http::Service> BuildPath(const config::Path& path);
  std::shared_ptr<http::Service> PreviousService(const config::Path& path) const;
  void SetSite(const http::ServerOptions& options, std::shared_ptr<http::Service> root);
  template <typename T>
  bool Take(StatusOr<T> made, const std::string& name, T& into) {
    if (made.ok()) {
      into = *std::move(made);
      return true;
    }
    failure_ = {std::string(Message(made.status())), name};
    return false;
  }

  std::shared_ptr<const config::Transport> settings_;
  PartFactory& factory_;
  std::shared_ptr<const TransportPart> previous_;
  std::shared_ptr<TransportPart> part_ = std::make_shared<TransportPart>();
  Failure failure_;
};

std::shared_ptr<const TransportPart> TransportBuilder::Build(Failure& failure) {
  part_->settings = settings_;
  const bool built =
      std::visit([this](const auto& protocol) { return BuildProtocol(protocol); }, settings_->protocol);
  if (built) return part_;
  failure = std::move(failure_);
  return nullptr;
}

bool TransportBuilder::BuildProtocol(const config::WebTransport& web) {
  std::shared_ptr<http::Service> root = BuildLevel(web.root);
  if (!root) return false;
  const auto* before =
      previous_ ? std::get_if<config::WebTransport>(&previous_->settings->protocol) : nullptr;
  if (before != nullptr && before->root == web.root) root = previous_->site->root;
  SetSite(web.options, std::move(root));
  return true;
}

bool TransportBuilder::BuildProtocol(const config::WampWebSocket& websocket) {
  const auto* before =
      previous_ ? std::get_if<config::WampWebSocket>(&previous_->settings->protocol) : nullptr;
  std::shared_ptr<http::Service> service;
  if (before != nullptr && *before == websocket) {
    service = previous_->site->root;
  } else if (!Take(factory_.MakeWebSocket(*settings_), settings_->name, service)) {
    return false;
  }
  SetSite(OnlyWebSocket(websocket.options), std::move(service));
  return true;
}

bool TransportBuilder::BuildProtocol(const config::WebSocketTestee& testee) {
  const auto* before =
      previous_ ? std::get_if<config::WebSocketTestee>(&previous_->settings->protocol) : nullptr;
  std::shared_ptr<http::Service> service;
  if (before != nullptr && *before == testee) {
    service = previous_->site->root;
  } else if (!Take(factory_.MakeEcho(*settings_), settings_->name, service)) {
    return false;
  }
  SetSite(OnlyWebSocket(testee.options), std::move(service));
  return true;
}

bool TransportBuilder::BuildProtocol(const config::RawSocketTransport& rawsocket) {
  const auto* before = previous_ ? config::RawSocketOf(*previous_->settings) : nullptr;
  if (before != nullptr && *before == rawsocket) {
    part_->acceptor = previous_->acceptor;
    return true;
  }
  return Take(factory_.MakeAcceptor(rawsocket), settings_->name, part_->acceptor);
}

bool TransportBuilder::BuildProtocol(const config::UniversalTransport& universal) {
  if (universal.rawsocket && !BuildProtocol(*universal.rawsocket)) return false;
  if (!universal.web && universal.websocket.paths.empty()) return true;
  std::shared_ptr<http::Service> table = BuildUniversal(universal);
  if (!table) return false;
  SetSite(UniversalOptions(universal), std::move(table));
  return true;
}

std::shared_ptr<http::Service> TransportBuilder::BuildUniversal(const config::UniversalTransport& universal) {
  Children entries;
  std::shared_ptr<http::Service> root, others;
  for (const auto& [segment, path] : universal.websocket.paths) {
    std::shared_ptr<http::Service> service = BuildPath(path);
    if (!service) return nullptr;
    (segment == "/" ? root : entries[segment]) = std::move(service);
  }
  if (universal.web) {
    others = BuildLevel(universal.web->root);
    if (!others) return nullptr;
  }
  const auto* before =
      previous_ ? std::get_if<config::UniversalTransport>(&previous_->settings->protocol) : nullptr;
  const bool same = before != nullptr && previous_->site && before->websocket == universal.websocket &&
                    before->web.has_value() == universal.web.has_value() &&
                    (!universal.web || before->web->root == universal.web->root);
  if (same) return previous_->site->root;
  return std::make_shared<http::UniversalTable>(std::move(entries), std::move(root), std::move(others));
}

std::shared_ptr<http::Service> TransportBuilder::BuildLevel(const config::PathLevel& level) {
  Children children;
  std::shared_ptr<http::Service> root;
  for (const auto& [segment, path] : level.paths) {
    std::shared_ptr<http::Service> service = BuildPath(path);
    if (!service) return nullptr;
    if (segment == "/") {
      root = std::move(service);
    } else {
      children.emplace(segment, std::move(service));
    }
  }
  return std::make_shared<http::PathTable>(std::move(children), std::move(root));
}

std::shared_ptr<http::Service> TransportBuilder::BuildPath(const config::Path& path) {
  std::shared_ptr<http::Service> service = PreviousService(path);
  if (const auto* level = std::get_if<config::PathLevel>(&path.service)) {
    std::shared_ptr<http::Service> table =
        BuildLevel(*level);  // also notes the parts below an unchanged level
    if (!table) return nullptr;
    if (!service) service = std::move(table);
  } else if (!service && !Take(factory_.MakeService(path), path.name, service)) {
    return nullptr;
  }
  // The settings live in the transport's; the part points into them.
  part_->services[path.name] = {{settings_, &path}, service};
  return service;
}

std::shared_ptr<http::Service> TransportBuilder::PreviousService(const config::Path& path) const {
  if (!previous_) return nullptr;
  const auto before = previous_->services.find(path.name);
  if (before == previous_->services.end() || !(*before->second.settings == path)) return nullptr;
  return before->second.service;
}

void TransportBuilder::SetSite(const http::ServerOptions& options, std::shared_ptr<http::Service> root) {
  if (previous_ && previous_->site && previous_->site->options == options && previous_->site->root == root) {
    part_->site = previous_->site;
    return;
  }
  part_->site = std::make_shared<const http::Site>(http::Site{options, std::move(root)});
}

}  // namespace

Snapshot::Result Snapshot::Build(std::uint64_t revision, Settings settings, PartFactory& factory,
                                 std::shared_ptr<const Snapshot> previous) {
  config::Node& node = settings.node;
  if (node.workers.size() != 1) return {nullptr, "a worker's settings must hold exactly one worker", ""};
  proxy::RouteChanges routes;
  routes.put = std::exchange(node.workers.front().routes, {});
  if (settings.removed_routes) {
    routes.others = proxy::RouteChanges::Others::kStay;
    routes.removed = *std::move(settings.removed_routes);
  }
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->revision_ = revision;
  snapshot->node_ = std::make_shared<const config::Node>(std::move(node));
  snapshot->worker_part_ =
      factory.MakeWorkerPart(*snapshot->node_, routes, previous ? previous->worker_part() : nullptr);
  for (const config::Transport& transport : snapshot->worker().transports) {
    std::shared_ptr<const TransportPart> before = previous ? previous->Find(transport.name) : nullptr;
    if (before && *before->settings == transport) {
      snapshot->transports_.emplace(transport.name, std::move(before));
      continue;
    }
    // A copy of its own: the part must not keep the whole node's settings alive.
    TransportBuilder builder(std::make_shared<const config::Transport>(transport), factory,
                             std::move(before));
    Failure failure;
    std::shared_ptr<const TransportPart> part = builder.Build(failure);
    if (!part) return {nullptr, std::move(failure.error), std::move(failure.path)};
    snapshot->transports_.emplace(transport.name, std::move(part));
  }
  return {std::move(snapshot), "", ""};
}

std::shared_ptr<const TransportPart> Snapshot::Find(const std::string& transport) const {
  const auto found = transports_.find(transport);
  return found == transports_.end() ? nullptr : found->second;
}

}  // namespace wampgate::worker
