#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "worker/part_factory.hpp"
#include "worker/snapshot.hpp"

namespace wampgate::worker {

/// Answers every request with the name of its path.
class NamedService final : public http::Service {
 public:
  explicit NamedService(std::string name) : name_(std::move(name)) {}
  void Handle(http::Request, std::shared_ptr<http::Responder> responder) override {
    http::Response response;
    response.body = name_;
    responder->Send(std::move(response));
  }

 private:
  std::string name_;
};

class DroppingAcceptor final : public wamp::SessionAcceptor {
 public:
  void Accept(std::unique_ptr<wamp::Link>, wamp::TransportDetails) override {}
};

/// Makes parts that do nothing much, and counts them.
class FakeParts final : public PartFactory {
 public:
  StatusOr<std::shared_ptr<http::Service>> MakeService(const config::Path& path) override {
    ++made;
    if (path.name == refused) return InvalidArgument("refused by the test");
    return std::make_shared<NamedService>(path.name);
  }
  StatusOr<std::shared_ptr<http::Service>> MakeWebSocket(const config::Transport& transport) override {
    ++made;
    return std::make_shared<NamedService>(transport.name);
  }
  StatusOr<std::shared_ptr<http::Service>> MakeEcho(const config::Transport& transport) override {
    ++made;
    return std::make_shared<NamedService>(transport.name);
  }
  StatusOr<std::shared_ptr<wamp::SessionAcceptor>> MakeAcceptor(const config::RawSocketTransport&) override {
    ++made;
    return std::make_shared<DroppingAcceptor>();
  }
  struct Part : WorkerPart {
    proxy::RouteOptions routes;
  };
  std::shared_ptr<const WorkerPart> MakeWorkerPart(
      const config::Node&, const proxy::RouteChanges& routes,
      const std::shared_ptr<const WorkerPart>& previous) override {
    const auto before = std::static_pointer_cast<const Part>(previous);
    auto part = std::make_shared<Part>();
    if (before && routes.others == proxy::RouteChanges::Others::kStay) part->routes = before->routes;
    for (const auto& [realm, role] : routes.removed) part->routes.realms[realm].erase(role);
    for (const auto& [realm, roles] : routes.put.realms) {
      for (const auto& [role, targets] : roles) part->routes.realms[realm][role] = targets;
    }
    if (before && before->routes == part->routes) return before;
    return part;
  }
  void Commit(std::shared_ptr<const WorkerPart> part) override { committed = std::move(part); }

  int made = 0;
  std::string refused;  ///< resource name of the path that cannot be made
  std::shared_ptr<const WorkerPart> committed;
};

inline config::Path JsonPath(const std::string& name, const std::string& value) {
  web::JsonOptions options;
  options.compact = value;
  return {name, options};
}

/// A web transport with one `json` path per entry (segment → value).
inline config::Transport WebTransport(const std::string& id,
                                      const std::map<std::string, std::string>& values) {
  config::Transport transport;
  transport.id = id;
  transport.name = "workers/w/transports/" + id;
  config::WebTransport web;
  for (const auto& [segment, value] : values) {
    web.root.paths[segment] = JsonPath(transport.name + "/paths/" + segment, value);
  }
  transport.protocol = web;
  return transport;
}

inline config::Node NodeWith(std::vector<config::Transport> transports) {
  config::Node node;
  node.id = "node1";
  config::Worker worker;
  worker.id = "w";
  worker.transports = std::move(transports);
  node.workers.push_back(std::move(worker));
  return node;
}

}  // namespace wampgate::worker
