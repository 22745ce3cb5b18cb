#include "config/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/load.hpp"
#include "config/resolve_worker.hpp"

namespace wampgate::config {
namespace {

std::string Names(const std::vector<wamp::Serializer>& serializers) {
  std::string text;
  for (const wamp::Serializer serializer : serializers) {
    text += (text.empty() ? "" : ", ") + std::string(wamp::Name(serializer));
  }
  return text;
}

std::string Describe(const proxy::BackendOptions& backend) {
  if (const auto* websocket = std::get_if<proxy::BackendOptions::WebSocket>(&backend.transport)) {
    return fmt::format("{}  websocket, {}", net::ToString(backend.endpoint), Names(websocket->serializers));
  }
  return fmt::format("{}  rawsocket, {}", net::ToString(backend.endpoint),
                     wamp::Name(std::get<rawsocket::ClientOptions>(backend.transport).serializer));
}

/// "router1", "router1 (weight 3)", "router1 (backup)".
std::string TargetText(const proxy::RouteTarget& target) {
  std::string text = target.weight == 1 ? "" : fmt::format("weight {}", target.weight);
  if (target.is_backup) text += text.empty() ? "backup" : ", backup";
  return text.empty() ? target.backend : fmt::format("{} ({})", target.backend, text);
}

class Printer {
 public:
  void PrintNode(const Node& node) {
    Line(0, fmt::format("node {} in {}", node.id, node.directory));
    for (const Worker& worker : node.workers) PrintWorker(worker);
  }
  void PrintDisabled(const v1::Node& document, const Node& node) {
    for (const std::string& id : WorkerIds(document)) {
      const bool runs = std::any_of(node.workers.begin(), node.workers.end(),
                                    [&id](const Worker& worker) { return worker.id == id; });
      if (!runs) Line(1, fmt::format("worker {}: disabled by options.disabled, not run", id));
    }
  }
  std::string text() && { return std::move(text_); }

 private:
  void Line(int level, const std::string& text) {
    text_.append(static_cast<std::size_t>(level) * 2, ' ');
    text_ += text + "\n";
  }

  void PrintWorker(const Worker& worker) {
    Line(1, fmt::format("worker {}: {}, {} process{}", worker.id,
                        worker.type == WorkerType::kProxy ? "proxy" : "router", worker.processes,
                        worker.processes == 1 ? "" : "es"));
    for (const Transport& transport : worker.transports) PrintTransport(transport);
    for (const auto& [id, backend] : worker.backends)
      Line(2, fmt::format("backend {}  {}", id, Describe(backend)));
    for (const auto& [realm, roles] : worker.routes.realms) {
      for (const auto& [role, targets] : roles) {
        std::string text;
        for (const auto& target : targets) text += (text.empty() ? "" : ", ") + TargetText(target);
        Line(2, fmt::format("route {} / {} -> {}", realm, role, text));
      }
    }
    for (const router::RealmOptions& realm : worker.realms) {
      std::string roles;
      for (const router::RoleOptions& role : realm.roles) roles += (roles.empty() ? "" : ", ") + role.name;
      Line(2, fmt::format("realm {}: {}", realm.name, roles.empty() ? "no roles" : roles));
    }
  }

  void PrintTransport(const Transport& transport) {
    const std::string address = net::ToString(transport.endpoint);
    const std::string id = transport.id == address ? "" : " " + transport.id;
    if (const auto* web = std::get_if<WebTransport>(&transport.protocol)) {
      Line(2, fmt::format("transport{} on {}: web", id, address));
      PrintLevel(web->root, "/");
    } else if (const auto* websocket = std::get_if<WampWebSocket>(&transport.protocol)) {
      Line(2, fmt::format("transport{} on {}: {}", id, address, Describe(*websocket)));
      PrintTransparent(websocket->transparent);
    } else if (const auto* rawsocket = std::get_if<RawSocketTransport>(&transport.protocol)) {
      Line(2, fmt::format("transport{} on {}: rawsocket, {}", id, address,
                          Names(rawsocket->options.serializers)));
      PrintTransparent(rawsocket->transparent);
    } else if (const auto* universal = std::get_if<UniversalTransport>(&transport.protocol)) {
      Line(2, fmt::format("transport{} on {}: universal", id, address));
      PrintUniversal(*universal);
    } else {
      Line(2, fmt::format("transport{} on {}: websocket.testee, which echoes", id, address));
    }
  }

  void PrintUniversal(const UniversalTransport& universal) {
    if (universal.rawsocket) {
      Line(3, "rawsocket, " + Names(universal.rawsocket->options.serializers));
      PrintTransparent(universal.rawsocket->transparent);
    }
    PrintLevel(universal.websocket, "/");
    if (!universal.web) return;
    Line(3, "web");
    PrintLevel(universal.web->root, "/");
  }

  void PrintLevel(const PathLevel& level, const std::string& prefix) {
    for (const auto& [key, path] : level.paths) {
      const std::string url = key == "/" ? prefix : prefix + key;
      if (const auto* below = std::get_if<PathLevel>(&path.service)) {
        PrintLevel(*below, url + (url.ends_with('/') ? "" : "/"));
        continue;
      }
      Line(3, fmt::format("{}  {}", url, Describe(path)));
      if (const auto* websocket = std::get_if<WampWebSocket>(&path.service))
        PrintTransparent(websocket->transparent);
    }
  }

  void PrintTransparent(const std::optional<proxy::TransparentOptions>& transparent) {
    if (!transparent) return;
    for (const auto& [realm, backends] : transparent->by_realm) {
      for (const auto& backend : backends) Line(4, fmt::format("realm {} -> {}", realm, Describe(backend)));
    }
    for (const auto& backend : transparent->fallback)
      Line(4, fmt::format("any realm -> {}", Describe(backend)));
  }

  static std::string Describe(const proxy::BackendOptions& backend) { return config::Describe(backend); }
  static std::string Describe(const WampWebSocket& websocket) {
    return fmt::format("websocket, {}{}", Names(websocket.serializers),
                       websocket.transparent ? ", the router authenticates" : "");
  }
  static std::string Describe(const Path& path) {
    if (const auto* files = std::get_if<web::StaticOptions>(&path.service))
      return "static " + files->directory;
    if (const auto* archive = std::get_if<web::ArchiveOptions>(&path.service))
      return "archive " + archive->source.file;
    if (const auto* redirect = std::get_if<web::RedirectOptions>(&path.service))
      return "redirect to " + redirect->url;
    if (const auto* websocket = std::get_if<WampWebSocket>(&path.service)) return Describe(*websocket);
    if (const auto* tunnel = std::get_if<proxy::TunnelOptions>(&path.service))
      return fmt::format("websocket-reverseproxy to {}{}", net::ToString(tunnel->endpoint),
                         tunnel->client.target);
    if (std::holds_alternative<web::NodeInfoOptions>(path.service)) return "nodeinfo";
    if (std::holds_alternative<web::JsonOptions>(path.service)) return "json";
    if (std::holds_alternative<web::MetricsOptions>(path.service)) return "metrics";
    if (const auto* health = std::get_if<web::HealthOptions>(&path.service))
      return health->check == web::HealthOptions::Check::kAlive ? "health (alive)" : "health (ready)";
    return "none (404)";
  }

  std::string text_;
};

}  // namespace

std::string Summary(const v1::Node& document, const Node& node) {
  Printer printer;
  printer.PrintNode(node);
  printer.PrintDisabled(document, node);
  return std::move(printer).text();
}

Checked CheckFile(const std::string& path, const Environment& environment) {
  const Loaded loaded = LoadFile(path, environment);
  Checked checked;
  checked.text = fmt::format("Checking local node configuration file: {}\n", path);
  for (const Problem& problem : loaded.problems) {
    checked.text += fmt::format("{}: {}\n", problem.severity == Severity::kError ? "error" : "warning",
                                ToString(problem));
  }
  if (loaded.document && loaded.node) {
    checked.text += Summary(*loaded.document, *loaded.node) + "Ok, node configuration looks good!\n";
  } else {
    checked.exit_code = 1;
  }
  return checked;
}

}  // namespace wampgate::config
