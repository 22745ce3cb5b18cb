#include "worker/tls_contexts.hpp"

#include <string>
#include <utility>
#include <variant>

#include "base/log.hpp"

namespace wampgate::worker {
namespace {

StatusOr<std::shared_ptr<const net::TlsContext>> MakeContext(const net::TlsServerOptions& options) {
  return net::TlsContext::ForServer(options);
}
StatusOr<std::shared_ptr<const net::TlsContext>> MakeContext(const net::TlsClientOptions& options) {
  return net::TlsContext::ForClient(options);
}

/// What is in the files now; `loaded` stays as it is if that is the same, or cannot be used.
template <typename Loaded, typename Files>
Status Load(const Files& files, Loaded& loaded) {
  WAMPGATE_ASSIGN_OR_RETURN(auto options, net::ReadTlsFiles(files));
  if (loaded.context && loaded.options == options) return OkStatus();
  WAMPGATE_ASSIGN_OR_RETURN(loaded.context, MakeContext(options));
  loaded.options = std::move(options);
  return OkStatus();
}

}  // namespace

template <typename Files, typename Options>
void TlsContexts::Known<Files, Options>::Begin() {
  before = std::exchange(now, {});
}

/// What a running revision still holds may be named again: the node that was read need never run.
template <typename Files, typename Options>
void TlsContexts::Known<Files, Options>::End() {
  for (auto& [files, loaded] : before) {
    const bool is_held = loaded.context && loaded.context.use_count() > 1;
    if (is_held) now.try_emplace(files, std::move(loaded));
  }
  before.clear();
}

template <typename Files, typename Options>
template <typename Tls>
void TlsContexts::Known<Files, Options>::Read(Tls& tls) {
  const auto [entry, is_new] = now.try_emplace(tls.files);
  Loaded<Options>& loaded = entry->second;
  if (is_new) {
    if (const auto known = before.find(tls.files); known != before.end()) loaded = known->second;
    const Status status = Load(tls.files, loaded);
    loaded.error = status.ok() || loaded.context ? "" : Message(status);
    if (!status.ok()) {
      log::Warning("worker",
                   loaded.context ? "files of TLS cannot be used; what was read from them before stays in use"
                                  : "files of TLS cannot be used",
                   {{"error", Message(status)}});
    }
  }
  tls.context = loaded.context;
  tls.error = loaded.error;
}

void TlsContexts::Read(config::Node& node) {
  listeners_.Begin();
  backends_.Begin();
  for (config::Worker& worker : node.workers) {
    for (auto& [id, backend] : worker.backends) Read(backend);
    for (auto& [id, backend] : worker.worker_backends) Read(backend);
    for (config::Transport& transport : worker.transports) {
      if (transport.tls) listeners_.Read(*transport.tls);
      if (auto* web = std::get_if<config::WebTransport>(&transport.protocol)) Read(web->root);
      if (auto* socket = std::get_if<config::WampWebSocket>(&transport.protocol)) Read(socket->transparent);
      if (auto* raw = std::get_if<config::RawSocketTransport>(&transport.protocol)) Read(raw->transparent);
      if (auto* universal = std::get_if<config::UniversalTransport>(&transport.protocol)) Read(*universal);
    }
  }
  listeners_.End();
  backends_.End();
}

void TlsContexts::Read(config::UniversalTransport& universal) {
  if (universal.rawsocket) Read(universal.rawsocket->transparent);
  Read(universal.websocket);
  if (universal.web) Read(universal.web->root);
}

void TlsContexts::Read(config::PathLevel& level) {
  for (auto& [segment, path] : level.paths) {
    if (auto* below = std::get_if<config::PathLevel>(&path.service)) Read(*below);
    if (auto* socket = std::get_if<config::WampWebSocket>(&path.service)) Read(socket->transparent);
    auto* tunnel = std::get_if<proxy::TunnelOptions>(&path.service);
    if (tunnel != nullptr && tunnel->tls) backends_.Read(*tunnel->tls);
  }
}

void TlsContexts::Read(std::optional<proxy::TransparentOptions>& transparent) {
  if (!transparent) return;
  for (auto& [realm, group] : transparent->by_realm) {
    for (proxy::BackendOptions& backend : group) Read(backend);
  }
  for (proxy::BackendOptions& backend : transparent->fallback) Read(backend);
}

void TlsContexts::Read(proxy::BackendOptions& backend) {
  if (backend.tls) backends_.Read(*backend.tls);
}

}  // namespace wampgate::worker
