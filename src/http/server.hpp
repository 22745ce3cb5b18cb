#pragma once

#include <cstdint>
#include <memory>

#include "http/message.hpp"
#include "http/offload.hpp"
#include "http/options.hpp"
#include "http/pages.hpp"
#include "http/path_table.hpp"
#include "net/stream.hpp"

namespace wampgate::http {

/// What the requests of a listener go to. The worker replaces both when the configuration changes; a request
/// already begun keeps what it started with.
struct Site {
  ServerOptions options;
  std::shared_ptr<Service> root;  ///< null: everything is 404
};

enum class Security : std::uint8_t { kPlain, kTls };

/// The plain HTTP connections of one listener that have not been upgraded. Loop's thread only.
class Server {
 public:
  /// `offload` reads the bodies of Response::Source; it outlives the server.
  Server(net::Loop& loop, std::shared_ptr<const Site> site, Offload& offload);
  ~Server();
  void SetSite(std::shared_ptr<const Site> site);
  /// Speaks HTTP/1.1 on the stream until it ends or is taken over by a service.
  void Accept(std::unique_ptr<net::Stream> stream, Security security = Security::kPlain);
  std::size_t size() const;
  /// Idle connections are closed now, busy ones after their response.
  void Drain();
  /// Connections stay open again after their responses.
  void EndDrain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wampgate::http
