#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/end_reason.hpp"
#include "http/message.hpp"
#include "http/options.hpp"
#include "net/stream.hpp"

namespace wampgate::http {

/// One level of the path table (spec 4.1.2), immutable: exact first segment → child, else the level's own service,
/// else 404. Levels nest by being services themselves; unchanged children are shared between snapshots.
class PathTable final : public Service {
 public:
  PathTable(std::map<std::string, std::shared_ptr<Service>, std::less<>> children, std::shared_ptr<Service> root);
  void Handle(Request request, std::shared_ptr<Responder> responder) override;

 private:
  std::map<std::string, std::shared_ptr<Service>, std::less<>> children_;
  std::shared_ptr<Service> root_;
};

/// What the requests of a listener go to. The worker replaces both when the configuration changes; a request
/// already begun keeps what it started with.
struct Site {
  ServerOptions options;
  std::shared_ptr<Service> root;
};

/// The plain HTTP connections of one listener that have not been upgraded. Loop's thread only.
class Server {
 public:
  explicit Server(net::Loop& loop, std::shared_ptr<const Site> site);
  ~Server();
  void SetSite(std::shared_ptr<const Site> site);
  /// Speaks HTTP/1.1 on the stream until it ends or is taken over by a service.
  void Accept(std::unique_ptr<net::Stream> stream);
  std::size_t size() const;
  /// Idle connections are closed now, busy ones after their response.
  void Drain();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Where services run what blocks (files); posts results back to the loop. Implemented by the worker's helper thread.
class Offload {
 public:
  virtual ~Offload() = default;
  /// Runs `work` on the helper thread, then `done` on the loop. False if its queue is full (answer 503).
  virtual bool Run(std::function<void()> work, std::function<void()> done) = 0;
};

/// The usual pages (spec 4.1.4), without versions, directories, peers or pids.
Response NotFoundPage();
Response MethodNotAllowedPage(const Request& request, std::string_view allow);
Response NotImplementedPage(const Request& request);
Response ErrorPage(int status, std::string_view title, std::string_view text);

}  // namespace wampgate::http
