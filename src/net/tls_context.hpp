#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.hpp"

struct ssl_ctx_st;

namespace wampgate::net {

/// A text in PEM and where it came from, for messages.
struct PemFile {
  std::string name;
  std::string content;
  bool operator==(const PemFile&) const = default;
};

/// How a listener speaks TLS (spec 1.10.1). TLS 1.2 and 1.3, no renegotiation, no session cache, no tickets.
struct TlsServerOptions {
  PemFile certificate;         ///< that of the server; what follows it in the file is sent as chain
  PemFile key;                 ///< without a passphrase
  std::vector<PemFile> chain;  ///< intermediates, sent after the certificate in this order
  std::string ciphers;  ///< OpenSSL's cipher string for TLS 1.2; empty: those with forward secrecy and AEAD
  std::vector<PemFile> authorities;  ///< not empty: clients must have a certificate of one of these
  bool operator==(const TlsServerOptions&) const = default;
};

/// How a backend is spoken to over TLS (spec 1.11.1). Its certificate is always verified.
struct TlsClientOptions {
  std::string hostname;              ///< what its certificate must say; sent as SNI unless it is an address
  std::vector<PemFile> authorities;  ///< empty: those that the system trusts, as the process found them
  PemFile certificate;               ///< of ours, with its key; without content: none
  PemFile key;
  bool operator==(const TlsClientOptions&) const = default;
};

/// What the TLS connections of one listener or towards one backend share. Immutable; connections keep it
/// alive. Any thread may make one; sessions of it belong to the thread of their loop.
class TlsContext {
 public:
  enum class Role : unsigned char { kServer, kClient };

  /// InvalidArgument names the file and what is wrong with it.
  static StatusOr<std::shared_ptr<const TlsContext>> ForServer(const TlsServerOptions& options);
  static StatusOr<std::shared_ptr<const TlsContext>> ForClient(const TlsClientOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  Role role() const { return role_; }
  const std::string& hostname() const { return hostname_; }
  /// Why peers will refuse our certificate today, "has expired (on …)"; empty: they need not, or there is
  /// none.
  std::string Untimely() const;
  ssl_ctx_st* native() const { return native_; }

 private:
  TlsContext(Role role, ssl_ctx_st* native) : role_(role), native_(native) {}

  Role role_;
  ssl_ctx_st* native_;
  std::string hostname_;
};

}  // namespace wampgate::net
