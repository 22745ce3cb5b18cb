#pragma once

#include <compare>
#include <memory>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "net/tls_context.hpp"

namespace wampgate::net {

/// The files of a listener's TLS (spec 1.10.1), by absolute path.
struct TlsServerFiles {
  std::string certificate;
  std::string key;
  std::vector<std::string> chain{};
  std::string ciphers{};                   ///< for TLS 1.2; empty: the default
  std::vector<std::string> authorities{};  ///< not empty: client certificates are required
  auto operator<=>(const TlsServerFiles&) const = default;
};

/// The files of TLS towards a host (spec 1.11.1), by absolute path.
struct TlsClientFiles {
  std::string hostname;                    ///< what the host's certificate must say
  std::vector<std::string> authorities{};  ///< empty: those that the system trusts
  std::string certificate{};               ///< of ours, with its key; empty: none
  std::string key{};
  auto operator<=>(const TlsClientFiles&) const = default;
};

/// With what is in the files now. InvalidArgument names the file that cannot be read. Blocks for the disk.
StatusOr<TlsServerOptions> ReadTlsFiles(const TlsServerFiles& files);
StatusOr<TlsClientOptions> ReadTlsFiles(const TlsClientFiles& files);

/// TLS as it is configured, and as it is spoken: the same files with other content are another context, and
/// not equal.
struct ListenTls {
  TlsServerFiles files;
  std::shared_ptr<const TlsContext> context{};  ///< null: the files were not read, or cannot be used
  std::string error{};                          ///< why they cannot
  bool operator==(const ListenTls&) const = default;
};
struct ConnectTls {
  TlsClientFiles files;
  std::shared_ptr<const TlsContext> context{};
  std::string error{};
  bool operator==(const ConnectTls&) const = default;
};

}  // namespace wampgate::net
