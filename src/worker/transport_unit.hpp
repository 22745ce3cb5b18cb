#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "http/server.hpp"
#include "net/acceptor.hpp"
#include "net/loop.hpp"
#include "net/tls_handshakes.hpp"
#include "worker/first_octets.hpp"
#include "worker/snapshot.hpp"

namespace wampgate::worker {

/// Whose listening socket it is: this process's own, or that of a dead or leaving sibling (until it is
/// released).
enum class Ownership : unsigned char { kOwn, kAdopted };

/// A listening socket made by the supervisor.
struct ListenSocket {
  std::uint32_t index = 0;  ///< in the endpoint's list
  std::string address;      ///< what it is bound to, "tcp4:127.0.0.1:8080"
  UniqueFd descriptor;
};

/// One configured transport at run time: its listening sockets, the HTTP connections and handshakes that are
/// no session yet. These die with the unit; sessions do not. Loop's thread only.
class TransportUnit final : public net::Mortal {
 public:
  TransportUnit(net::Loop& loop, http::Offload& offload, std::shared_ptr<const TransportPart> part);
  ~TransportUnit() override;
  TransportUnit(const TransportUnit&) = delete;
  TransportUnit& operator=(const TransportUnit&) = delete;

  /// What connections and requests get from now on; of the same protocol as before.
  void SetPart(std::shared_ptr<const TransportPart> part);
  const TransportPart& part() const { return *part_; }

  /// Accepts from the socket from now on. A second socket of one index is closed.
  void Listen(ListenSocket socket, Ownership ownership);
  /// Closes a socket: an adopted one, or one of its own when the process is to leave. What is queued on it is
  /// for others that hold it. Nothing happens if there is none of that index.
  void Release(std::uint32_t index);
  /// Whether it accepts. If not, its sockets stay open, and what is queued on them waits; HTTP connections
  /// end when they are idle, handshakes go on.
  void SetAccepting(bool accepting);
  bool listens() const { return !listeners_.empty(); }
  /// Duplicates of all listening sockets; without those for which there is no descriptor left.
  std::vector<ListenSocket> Sockets() const;
  /// Moves all listening sockets to `successor`, without a gap.
  void MoveListeners(TransportUnit& successor);

  /// Closes the listening sockets and idle HTTP connections, drops handshakes; busy HTTP connections end
  /// after their response.
  void Drain();
  /// HTTP connections and handshakes, those that have said nothing included.
  std::size_t connections() const;

  /// Connections accepted, and turned away for want of descriptors, since the start.
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t turned_away() const;
  /// Clients that were turned away as the files of its TLS cannot be used.
  std::uint64_t without_tls() const { return without_tls_; }
  /// Since the start.
  const net::TlsHandshakes& tls_handshakes() const { return tls_handshakes_; }

 private:
  struct Listener {
    std::string address;
    Ownership ownership = Ownership::kOwn;
    std::unique_ptr<net::Acceptor> acceptor;
  };
  void Accept(std::unique_ptr<net::Stream> stream);
  void OnTlsFailed(const std::string& peer, const Status& why) const;
  void TurnAway(const std::string& why);
  /// Serves a connection by what its transport speaks.
  void Serve(std::unique_ptr<net::Stream> stream);
  void ServeUniversal(std::unique_ptr<net::Stream> stream);
  void ServeBegun(StatusOr<Begun> begun);
  void ServeHttp(std::unique_ptr<net::Stream> stream);
  void ServeRawSocket(std::unique_ptr<net::Stream> stream);
  void EndHandshake(std::uint64_t number);
  void CloseListener(Listener& listener);

  net::Loop& loop_;
  std::shared_ptr<const TransportPart> part_;
  std::map<std::uint32_t, Listener> listeners_;
  http::Offload& offload_;
  std::unique_ptr<http::Server> http_;                                // where HTTP is, or was, spoken
  std::map<std::uint64_t, std::unique_ptr<net::Mortal>> handshakes_;  // and first octets, in order
  std::uint64_t last_handshake_ = 0;
  net::TlsHandshakes tls_handshakes_;
  bool accepting_ = true;
  std::uint64_t accepted_ = 0;
  std::uint64_t without_tls_ = 0;
  std::uint64_t turned_away_ = 0;  // by listeners that are gone
};

}  // namespace wampgate::worker
