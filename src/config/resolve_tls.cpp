#include "config/resolve_tls.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

namespace wampgate::config {
namespace {

using FileNames = google::protobuf::RepeatedPtrField<std::string>;

std::vector<std::string> ResolveFiles(const FileNames& paths, const Where& where, const Context& context) {
  std::vector<std::string> files;
  for (int i = 0; i < paths.size(); ++i) {
    files.push_back(ResolveFile(paths[i], where.Index(static_cast<std::size_t>(i)), context));
  }
  return files;
}

/// Of a URL: an IPv6 literal is without its brackets in a certificate.
std::string WithoutBrackets(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) return host.substr(1, host.size() - 2);
  return host;
}

/// Of ours, for hosts that ask for it (spec 1.11.1).
void ResolveOwnCertificate(const v1::ConnectTlsSettings& tls, const Where& where, const Context& context,
                           net::TlsClientFiles& files) {
  const Where certificate = where.Key("certificate");
  const Where key = where.Key("key");
  if (tls.has_key() && !tls.has_certificate()) {
    return context.Error(certificate, "missing; a TLS client key is present, but its certificate is not");
  }
  if (!tls.has_certificate()) return;
  if (!tls.has_key()) return context.Warn(certificate, "has no effect without its `key`");
  files.certificate = ResolveFile(tls.certificate(), certificate, context);
  files.key = ResolveFile(tls.key(), key, context);
}

/// What a certificate can say (RFC 6066 3, RFC 5280 4.2.1.6).
void CheckHostname(const std::string& hostname, const Where& where, const Context& context) {
  constexpr std::size_t kLongest = 255;
  if (hostname.size() <= kLongest && hostname.find('\0') == std::string::npos) return;
  context.Error(where,
                fmt::format("expected a name of at most {} octets, found {}", kLongest, Quote(hostname)));
}

}  // namespace

net::TlsClientFiles TlsClientFilesOf(const v1::ConnectTlsSettings& tls, const Where& where,
                                     const Context& context) {
  net::TlsClientFiles files;
  if (tls.has_hostname()) files.hostname = tls.hostname();
  if (tls.has_hostname() && tls.hostname().empty()) {
    context.Error(where.Key("hostname"),
                  "expected the name that the host's certificate must say, found \"\"");
  }
  files.authorities = ResolveFiles(tls.ca_certificates(), where.Key("ca_certificates"), context);
  if (tls.has_trust_root()) {
    files.authorities.push_back(ResolveFile(tls.trust_root(), where.Key("trust_root"), context));
  }
  ResolveOwnCertificate(tls, where, context, files);
  return files;
}

std::string ResolveFile(const std::string& path, const Where& where, const Context& context) {
  if (!path.empty() && path.find('\0') == std::string::npos) return context.environment.Absolute(path);
  context.Error(where, fmt::format("expected a path, found {}", Quote(path)));
  return {};
}

net::TlsServerFiles TlsServerFilesOf(const v1::ListenTls& tls, const Where& where, const Context& context) {
  net::TlsServerFiles files;
  if (tls.has_certificate())
    files.certificate = ResolveFile(tls.certificate(), where.Key("certificate"), context);
  if (tls.has_key()) files.key = ResolveFile(tls.key(), where.Key("key"), context);
  files.chain = ResolveFiles(tls.chain_certificates(), where.Key("chain_certificates"), context);
  files.authorities = ResolveFiles(tls.ca_certificates(), where.Key("ca_certificates"), context);
  files.ciphers = tls.ciphers();
  return files;
}

std::optional<net::ListenTls> ResolveListenTls(const v1::ListenEndpoint& endpoint, const Where& where,
                                               const Context& context) {
  if (!endpoint.has_tcp() || !endpoint.tcp().has_tls()) return std::nullopt;
  return net::ListenTls{TlsServerFilesOf(endpoint.tcp().tls(), where.Key("tls"), context)};
}

std::optional<net::ConnectTls> ResolveConnectTls(const v1::ConnectEndpoint& endpoint,
                                                 const std::string& secure_host, const Where& where,
                                                 const Context& context) {
  const Where at = where.Key("tls");
  if (!endpoint.has_tcp()) {
    if (!secure_host.empty()) {
      context.Warn(where, "no TLS is spoken over a Unix socket, though the URL begins with wss://");
    }
    return std::nullopt;
  }
  const v1::TcpConnect& tcp = endpoint.tcp();
  net::TlsClientFiles files;
  if (!tcp.has_tls()) {
    if (secure_host.empty()) return std::nullopt;
    files.hostname = WithoutBrackets(secure_host);
  } else if (tcp.tls().has_settings()) {
    files = TlsClientFilesOf(tcp.tls().settings(), at, context);
  } else if (!tcp.tls().enabled()) {
    if (!secure_host.empty()) context.Warn(at, "no TLS is spoken, though the URL begins with wss://");
    return std::nullopt;
  }
  if (files.hostname.empty()) files.hostname = tcp.host();
  CheckHostname(files.hostname, at.Key("hostname"), context);
  return net::ConnectTls{std::move(files)};
}

net::TlsServerFiles ResolveManagementTls(const v1::ManagementTls& tls, const Where& where,
                                         const Context& context) {
  net::TlsServerFiles files;
  if (tls.has_certificate())
    files.certificate = ResolveFile(tls.certificate(), where.Key("certificate"), context);
  if (tls.has_key()) files.key = ResolveFile(tls.key(), where.Key("key"), context);
  if (tls.has_ca()) files.authorities = {ResolveFile(tls.ca(), where.Key("ca"), context)};
  return files;
}

}  // namespace wampgate::config
