#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/status.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "net/tls_context.hpp"

namespace wampgate::net {

/// The TLS handshakes with a listener's clients that are under way; each has 10 s. Loop's thread only.
class TlsHandshakes {
 public:
  using Secured = std::function<void(std::unique_ptr<Stream>)>;
  /// `peer` as in PeerName.
  using Failed = std::function<void(const std::string& peer, const Status& why)>;
  /// Both are called in turns of their own, not after the object has died.
  TlsHandshakes(Loop& loop, Secured secured, Failed failed)
      : loop_(loop), on_secured_(std::move(secured)), on_failed_(std::move(failed)) {}
  ~TlsHandshakes() { Clear(); }
  TlsHandshakes(const TlsHandshakes&) = delete;
  TlsHandshakes& operator=(const TlsHandshakes&) = delete;

  void Begin(std::unique_ptr<Stream> stream, std::shared_ptr<const TlsContext> context);
  /// Drops those that are under way.
  void Clear();
  std::size_t size() const { return under_way_.size(); }

  /// Since the start.
  std::uint64_t succeeded() const { return succeeded_; }
  std::uint64_t failed() const { return failed_; }

 private:
  void End(std::uint64_t number, const std::string& peer, StatusOr<std::unique_ptr<Stream>> result);

  static constexpr std::chrono::milliseconds kTimeout{10000};

  Loop& loop_;
  Secured on_secured_;
  Failed on_failed_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Mortal>> under_way_;
  std::uint64_t succeeded_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace wampgate::net
