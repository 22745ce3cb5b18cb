#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"
#include "net/socket_address.hpp"

namespace wampgate::net {

/// What getaddrinfo says; `port` is put into each address. Blocks; any thread.
StatusOr<std::vector<SocketAddress>> LookUp(const std::string& host, std::uint16_t port, IpVersion version);

/// Turns host names into addresses and remembers them: for 30 s, and for 1 s that a name could not be
/// resolved. A name that once could keeps its last addresses while it cannot. At most four names are asked
/// for at a time, each on a thread of its own, so that one slow name does not hold up the others. Loop's
/// thread only.
class Resolver {
 public:
  using Addresses = std::vector<SocketAddress>;
  using Done = std::function<void(const StatusOr<Addresses>&)>;
  using LookUpFunction =
      std::function<StatusOr<Addresses>(const std::string& host, std::uint16_t port, IpVersion version)>;

  static constexpr std::chrono::seconds kKeep{30};
  static constexpr std::chrono::seconds kKeepFailure{1};

  explicit Resolver(Loop& loop, LookUpFunction look_up = LookUp);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Calls `done` once, possibly before it returns (literals, cached names). `done` must bear that its asker
  /// is gone.
  void Resolve(const TcpConnect& endpoint, Done done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wampgate::net
