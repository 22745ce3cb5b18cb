#include "check.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <variant>

#include "config/load.hpp"
#include "net/endpoint.hpp"
#include "start_file.hpp"

namespace wampgate::server {
namespace {

std::string_view KindOf(const config::Transport& transport) {
  if (std::holds_alternative<config::WebTransport>(transport.protocol)) return "web";
  return std::holds_alternative<config::WampWebSocket>(transport.protocol) ? "websocket" : "rawsocket";
}

std::string_view Plural(std::size_t count) {
  return count == 1 ? "" : "s";
}

void PrintWorker(const config::Worker& worker) {
  const bool proxy = worker.type == config::WorkerType::kProxy;
  fmt::print("  {} worker {}, {} process{}\n", proxy ? "proxy" : "router", worker.id, worker.processes,
             worker.processes == 1 ? "" : "es");
  for (const config::Transport& transport : worker.transports) {
    fmt::print("    {:<9} on {}", KindOf(transport), net::ToString(transport.endpoint));
    if (const auto* web = std::get_if<config::WebTransport>(&transport.protocol)) {
      fmt::print(", {} path{}", web->root.paths.size(), Plural(web->root.paths.size()));
    }
    fmt::print("\n");
  }
  if (proxy) {
    fmt::print("    {} connection{}, routes for {} realm{}\n", worker.backends.size(),
               Plural(worker.backends.size()), worker.routes.realms.size(),
               Plural(worker.routes.realms.size()));
  } else {
    fmt::print("    {} realm{}\n", worker.realms.size(), Plural(worker.realms.size()));
  }
}

}  // namespace

int CheckFile(const CheckOptions& options) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::absolute(options.file, error);
  const std::string directory = options.node_directory.empty()
                                    ? file.parent_path().string()
                                    : std::filesystem::absolute(options.node_directory, error).string();
  const config::Loaded loaded = LoadStartFile(file.string(), directory);
  for (const config::Problem& problem : loaded.problems) {
    fmt::print(stderr, "{}: {}: {}\n", options.file,
               problem.severity == config::Severity::kError ? "error" : "warning", config::ToString(problem));
  }
  if (!loaded.node) return 1;
  fmt::print("{}: node {} would run {} worker{}\n", options.file, loaded.node->id,
             loaded.node->workers.size(), Plural(loaded.node->workers.size()));
  for (const config::Worker& worker : loaded.node->workers) PrintWorker(worker);
  return 0;
}

}  // namespace wampgate::server
