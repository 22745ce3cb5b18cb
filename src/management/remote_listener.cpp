#include "management/remote_listener.hpp"

#include <fmt/format.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/log.hpp"

namespace wampgate::management {
namespace {

constexpr std::string_view kModule = "management";
constexpr unsigned kReadAgain = 60;  // seconds
constexpr std::chrono::seconds kShutdownGrace{2};

Status TlsError(const std::string& path, std::string_view what) {
  char reason[256] = "";
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  ERR_clear_error();
  return FailedPrecondition(fmt::format("{}: {} ({})", path, what, reason));
}

/// gRPC itself says of files that it cannot use only that handshakes fail.
Status CheckFiles(const config::ManagementListener& options) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) != 1) {
    return TlsError(options.certificate, "cannot be read as a certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return TlsError(options.key, "cannot be read as the key of the certificate");
  }
  if (!options.ca.empty() && SSL_CTX_load_verify_locations(context.get(), options.ca.c_str(), nullptr) != 1) {
    return TlsError(options.ca, "cannot be read as certificates to verify clients with");
  }
  return OkStatus();
}

/// Until the first certificate of the file expires; absent if it cannot be read.
std::optional<double> DaysLeft(const std::string& path) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), BIO_free);
  if (file == nullptr) return std::nullopt;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), X509_free);
  int days = 0;
  int seconds = 0;
  if (certificate == nullptr ||
      ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get())) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  constexpr double kSecondsPerDay = 86400;
  return days + seconds / kSecondsPerDay;
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const config::ManagementListener& options) {
  using grpc::experimental::FileWatcherCertificateProvider;
  const auto files = options.ca.empty() ? std::make_shared<FileWatcherCertificateProvider>(
                                              options.key, options.certificate, kReadAgain)
                                        : std::make_shared<FileWatcherCertificateProvider>(
                                              options.key, options.certificate, options.ca, kReadAgain);
  grpc::experimental::TlsServerCredentialsOptions tls(files);
  tls.watch_identity_key_cert_pairs();
  if (!options.ca.empty()) tls.watch_root_certs();
  // Who shows none may have a token; one that is shown must be good.
  tls.set_cert_request_type(options.ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                               : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(tls);
}

std::string Address(const std::string& interface, int port) {
  return interface.find(':') == std::string::npos ? fmt::format("{}:{}", interface, port)
                                                  : fmt::format("[{}]:{}", interface, port);
}

void End(grpc::Server& server) {
  server.Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
}

}  // namespace

RemoteListeners::~RemoteListeners() {
  for (Entry& entry : entries_) {
    if (entry.server != nullptr) End(*entry.server);
  }
}

void RemoteListeners::Set(const std::vector<config::ManagementListener>& wanted) {
  std::erase_if(entries_, [&](Entry& entry) {
    if (std::find(wanted.begin(), wanted.end(), entry.options) != wanted.end()) return false;
    if (entry.server != nullptr) End(*entry.server);
    return true;
  });
  for (const config::ManagementListener& options : wanted) {
    const bool there = std::any_of(entries_.begin(), entries_.end(),
                                   [&](const Entry& entry) { return entry.options == options; });
    if (there) continue;
    entries_.push_back({options, nullptr});
    Open(entries_.back());
  }
}

void RemoteListeners::Retry() {
  for (Entry& entry : entries_) {
    if (entry.server == nullptr) Open(entry);
  }
}

void RemoteListeners::SetServing(bool serving) {
  for (const Entry& entry : entries_) {
    if (entry.server != nullptr) entry.server->GetHealthCheckService()->SetServingStatus(serving);
  }
}

std::map<std::string, double> RemoteListeners::CertificateDays() const {
  std::map<std::string, double> all;
  for (const Entry& entry : entries_) {
    if (entry.server == nullptr) continue;
    if (const auto days = DaysLeft(entry.options.certificate)) all[entry.options.certificate] = *days;
  }
  return all;
}

void RemoteListeners::Open(Entry& entry) const {
  const std::string address = Address(entry.options.interface, entry.options.port);
  Status status = CheckFiles(entry.options);
  if (status.ok()) {
    int port = 0;
    grpc::ServerBuilder builder;
    prepare_(builder);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(address, Credentials(entry.options), &port);
    entry.server = builder.BuildAndStart();
    if (entry.server != nullptr && port > 0) {
      log::Info(kModule, "the management API listens on TCP",
                {{"address", Address(entry.options.interface, port)}});
      return;
    }
    entry.server.reset();
    status = FailedPrecondition(
        "the address cannot be bound: is the port taken, or the address another machine's?");
  }
  log::Error(kModule, "a TCP port of the management API cannot be opened; it is tried again",
             {{"address", address}, {"error", Message(status)}});
}

}  // namespace wampgate::management
