#include "management/remote_listener.hpp"

#include <fmt/format.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.hpp"
#include "management/certificate_file.hpp"
#include "net/tls_files.hpp"

namespace wampgate::management {
namespace {

constexpr std::string_view kModule = "management";
constexpr unsigned kReadAgain = 1;  // seconds
constexpr std::chrono::seconds kShutdownGrace{2};

std::shared_ptr<grpc::ServerCredentials> Credentials(const TlsFiles& files) {
  using grpc::experimental::FileWatcherCertificateProvider;
  const bool asks = !files.ca().empty();
  const auto provider =
      asks ? std::make_shared<FileWatcherCertificateProvider>(files.key(), files.certificate(), files.ca(),
                                                              kReadAgain)
           : std::make_shared<FileWatcherCertificateProvider>(files.key(), files.certificate(), kReadAgain);
  grpc::experimental::TlsServerCredentialsOptions tls(provider);
  tls.watch_identity_key_cert_pairs();
  if (asks) tls.watch_root_certs();
  // Who shows none may have a token; one that is shown must be good.
  tls.set_cert_request_type(!asks ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                  : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(tls);
}

std::string Address(const std::string& interface, int port) {
  return interface.find(':') == std::string::npos ? fmt::format("{}:{}", interface, port)
                                                  : fmt::format("[{}]:{}", interface, port);
}

Status CheckHttpFiles(const net::TlsServerFiles& files) {
  WAMPGATE_ASSIGN_OR_RETURN(const net::TlsServerOptions options, net::ReadTlsFiles(files));
  return net::TlsContext::ForServer(options).status();
}

}  // namespace

std::vector<supervisor::BrokenFiles> CheckManagementFiles(const config::Node& node) {
  std::vector<supervisor::BrokenFiles> broken;
  for (std::size_t i = 0; i < node.management.listen.size(); ++i) {
    const auto files = TlsFiles::Read(node.management.listen[i]);
    if (!files.ok()) {
      broken.push_back(
          {"node", fmt::format("management.listen[{}].tls", i), std::string(Message(files.status()))});
    }
  }
  if (node.management.http && node.management.http->tls) {
    if (const Status status = CheckHttpFiles(*node.management.http->tls); !status.ok())
      broken.push_back({"node", "management.http.tls", std::string(Message(status))});
  }
  return broken;
}

RemoteListeners::~RemoteListeners() {
  for (Entry& entry : entries_) End(entry);
  for (std::thread& thread : TakeEnding()) thread.join();
}

void RemoteListeners::End(Entry& entry) {
  if (entry.server == nullptr) return;
  auto over = std::make_shared<std::atomic<bool>>(false);
  std::thread thread([server = std::move(entry.server), files = std::move(entry.files), over]() mutable {
    server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
    server.reset();
    *over = true;
  });
  ending_.push_back({std::move(thread), std::move(over)});
}

bool RemoteListeners::Reap() {
  return std::erase_if(ending_, [](Ending& ending) {
           if (*ending.over) ending.thread.join();
           return !ending.thread.joinable();
         }) > 0;
}

std::vector<std::thread> RemoteListeners::TakeEnding() {
  std::vector<std::thread> threads;
  for (Ending& ending : ending_) threads.push_back(std::move(ending.thread));
  ending_.clear();
  return threads;
}

void RemoteListeners::Set(const std::vector<config::ManagementListener>& wanted) {
  std::erase_if(entries_, [&](Entry& entry) {
    if (std::find(wanted.begin(), wanted.end(), entry.options) != wanted.end()) return false;
    End(entry);
    return true;
  });
  Reap();
  for (const config::ManagementListener& options : wanted) {
    const bool there = std::any_of(entries_.begin(), entries_.end(),
                                   [&](const Entry& entry) { return entry.options == options; });
    if (there) continue;
    entries_.push_back({options, nullptr, nullptr});
    if (ending_.empty()) Open(entries_.back());
  }
  for (const Entry& entry : entries_) {
    if (entry.server != nullptr) ReadAgain(entry);
  }
}

void RemoteListeners::ReadAgain(const Entry& entry) {
  const auto read = TlsFiles::Read(entry.options);
  const Status status = read.ok() ? entry.files->Become(**read) : read.status();
  if (status.ok()) return;
  log::Warning(
      kModule, "a TCP port of the management API keeps the certificate that it has",
      {{"address", Address(entry.options.interface, entry.options.port)}, {"error", Message(status)}});
}

void RemoteListeners::Retry() {
  if (!ending_.empty()) return;
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
    if (const auto expiry = ExpiryOf(entry.files->certificate()))
      all[entry.options.certificate] = DaysUntil(*expiry);
  }
  return all;
}

void RemoteListeners::Open(Entry& entry) const {
  const std::string address = Address(entry.options.interface, entry.options.port);
  auto files = TlsFiles::Read(entry.options);
  Status status = files.status();
  if (status.ok()) {
    entry.files = *std::move(files);
    int port = 0;
    grpc::ServerBuilder builder;
    prepare_(builder);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(address, Credentials(*entry.files), &port);
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
