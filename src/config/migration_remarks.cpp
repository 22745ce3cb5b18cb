#include "config/migration_remarks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/document_objects.hpp"
#include "config/problem.hpp"

namespace wampgate::config {
namespace {

std::string PortOf(const v1::TcpListen& tcp) {
  if (tcp.portrange_size() == 2) return fmt::format("ports {} to {}", tcp.portrange(0), tcp.portrange(1));
  return "port " + (tcp.port().has_variable() ? tcp.port().variable() : std::to_string(tcp.port().number()));
}

void AddSocket(const v1::ClientTransport& transport, std::set<std::string>& sockets) {
  if (transport.endpoint().has_unix_socket()) sockets.insert(transport.endpoint().unix_socket().path());
}

void AddSocketsOfPaths(const google::protobuf::Map<std::string, v1::Path>& paths,
                       std::set<std::string>& sockets) {
  for (const auto& [key, path] : paths) {
    AddSocketsOfPaths(path.path().paths(), sockets);
    AddSocket(path.websocket_reverseproxy().backend(), sockets);
    for (const v1::PathBackend& backend : path.websocket_proxy().backends()) {
      AddSocket(backend.transport(), sockets);
    }
  }
}

std::set<std::string> RouterSockets(const v1::Node& node) {
  std::set<std::string> sockets;
  for (const v1::Worker& worker : node.workers()) {
    for (const auto& [id, connection] : worker.proxy().connections())
      AddSocket(connection.transport(), sockets);
    for (const v1::WorkerBackend& backend : worker.proxy().backends())
      AddSocket(backend.transport(), sockets);
    for (const v1::Transport& transport : worker.transports()) {
      for (const auto* level : PathLevels(transport)) AddSocketsOfPaths(*level, sockets);
    }
  }
  return sockets;
}

std::string TextOf(const Value& object, std::string_view key) {
  const Value* value = object.Find(key);
  return value == nullptr ? "" : value->text;
}

/// Path of the socket, and who listens there.
std::map<std::string, std::string> UnixListeners(const Value& left_over) {
  std::map<std::string, std::string> listeners;
  const Value* workers = left_over.Find("workers");
  if (workers == nullptr) return listeners;
  for (std::size_t i = 0; i < workers->items.size(); ++i) {
    const Value* transports = workers->items[i].Find("transports");
    if (transports == nullptr) continue;
    for (std::size_t t = 0; t < transports->items.size(); ++t) {
      const Value* endpoint = transports->items[t].Find("endpoint");
      if (endpoint == nullptr || TextOf(*endpoint, "type") != "unix") continue;
      listeners[TextOf(*endpoint, "path")] =
          Where().Key("workers").Index(i).Key("transports").Index(t).text();
    }
  }
  return listeners;
}

void FindOldBooleans(const Value& value, const Where& where, std::vector<std::string>& lines) {
  static const std::set<std::string_view> kWords = {"yes", "Yes", "YES", "no",  "No",  "NO",
                                                    "on",  "On",  "ON",  "off", "Off", "OFF"};
  if (value.kind == Value::Kind::kString && kWords.contains(value.text)) {
    lines.push_back(
        fmt::format("crossbar.json, {}: \"{}\" without quotes is a boolean for Crossbar's YAML; "
                    "write true or false if that was meant",
                    where.text(), value.text));
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    FindOldBooleans(value.items[i], value.is_object() ? where.Key(value.keys[i].text) : where.Index(i),
                    lines);
  }
}

}  // namespace

std::vector<std::string> DescribeListeners(const v1::Node& node) {
  std::set<std::string> shared, alone;
  for (const v1::Worker& worker : node.workers()) {
    for (const v1::Transport& transport : worker.transports()) {
      const v1::ListenEndpoint& endpoint = transport.endpoint();
      if (endpoint.has_unix_socket()) alone.insert("Unix socket " + endpoint.unix_socket().path());
      if (endpoint.has_tcp()) (endpoint.tcp().shared() ? shared : alone).insert(PortOf(endpoint.tcp()));
    }
  }
  std::vector<std::string> lines;
  for (const std::string& name : shared) {
    lines.push_back(name + ": shared; Crossbar's proxies may go on beside wampgate as the same user");
  }
  for (const std::string& name : alone) {
    const bool port = name.starts_with("port");
    lines.push_back(fmt::format("{}: not shared; stop Crossbar's proxies before wampgate starts{}", name,
                                port ? " (or set \"shared\": true in both files)" : ""));
  }
  return lines;
}

std::vector<std::string> DescribeRouterSockets(const v1::Node& before, const Value& left_over) {
  const auto listeners = UnixListeners(left_over);
  std::vector<std::string> lines;
  for (const std::string& socket : RouterSockets(before)) {
    const auto found = listeners.find(socket);
    lines.push_back(
        found != listeners.end()
            ? fmt::format("Unix socket {} to a router: {} of crossbar.json listens there", socket,
                          found->second)
            : fmt::format("Unix socket {} to a router: nothing in this file listens there", socket));
  }
  return lines;
}

std::vector<std::string> DescribeOldBooleans(const Value& left_over) {
  std::vector<std::string> lines;
  FindOldBooleans(left_over, {}, lines);
  return lines;
}

}  // namespace wampgate::config
