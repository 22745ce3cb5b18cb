#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "worker/snapshot.hpp"
#include "worker/transport_unit.hpp"

namespace wampgate::worker {

/// A listening socket of a named transport, as the control channel passes them.
struct PassedSocket {
  std::string transport;  ///< resource name
  ListenSocket socket;
};

/// The transports that run, by resource name, and those that were removed but still answer a request. Loop's
/// thread only.
class TransportSet {
 public:
  /// How long a removed transport's HTTP connections get for the response they are at.
  static constexpr std::chrono::milliseconds kRetirement{10000};

  TransportSet(net::Loop& loop, http::Offload& offload) : loop_(loop), offload_(offload) {}

  /// Whether the transport runs and has a socket to accept from.
  bool Listens(const std::string& transport) const;
  /// Makes what runs match the snapshot. Transports whose part is the same object are not touched; one that
  /// gets sockets is new, or replaced at another address; one that gets none keeps those it has.
  void Apply(const Snapshot& snapshot, std::vector<PassedSocket> sockets);

  /// For a dead sibling. False if there is no such transport: the socket is closed.
  bool Adopt(PassedSocket socket);
  void Release(const std::string& transport, std::uint32_t index);

  /// Whether one transport accepts, also one that comes later; empty: all of them, and what was said of
  /// single ones is forgotten.
  void SetAccepting(const std::string& transport, bool accepting);

  /// Duplicates of every listening socket.
  std::vector<PassedSocket> Sockets() const;

  /// Stops accepting everywhere, for good, and ends what is idle.
  void Drain();

  struct Counters {
    std::uint64_t accepted = 0, turned_away = 0;
    std::size_t connections = 0;  ///< without sessions
    bool operator==(const Counters&) const = default;
  };
  Counters counters() const;
  /// TLS handshakes since the start, by transport; of those that had any.
  struct TlsCount {
    std::uint64_t succeeded = 0, failed = 0;
  };
  std::map<std::string, TlsCount> tls_counts() const;
  std::size_t size() const { return units_.size(); }

 private:
  void Retire(std::unique_ptr<TransportUnit> unit);
  void SweepRetired();

  struct Retired {
    std::unique_ptr<TransportUnit> unit;
    std::chrono::steady_clock::time_point deadline;
  };
  net::Loop& loop_;
  http::Offload& offload_;
  bool Accepts(const std::string& transport) const { return accepting_ && !closed_.contains(transport); }

  std::map<std::string, std::unique_ptr<TransportUnit>> units_;
  bool accepting_ = true;
  std::set<std::string> closed_;  // single ones that do not accept
  std::vector<Retired> retired_;
  Counters past_;  // of units that are gone
  std::map<std::string, TlsCount> past_tls_;
  Timer sweep_;
};

}  // namespace wampgate::worker
