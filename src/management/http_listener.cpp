#include "management/http_listener.hpp"

#include <utility>

#include "base/log.hpp"
#include "net/listen_socket.hpp"
#include "net/tls_files.hpp"

namespace wampgate::management {
namespace {

constexpr std::string_view kModule = "management";
constexpr int kBacklog = 64;

net::TcpListen EndpointOf(const config::ManagementHttp& http) {
  net::TcpListen endpoint;
  const bool is_v6 = http.interface.find(':') != std::string::npos;
  endpoint.version = is_v6 ? net::IpVersion::k6 : net::IpVersion::k4;
  endpoint.interface = http.interface;
  endpoint.port = http.port;
  endpoint.backlog = kBacklog;
  return endpoint;
}

StatusOr<std::shared_ptr<const net::TlsContext>> MakeContext(const net::TlsServerFiles& files) {
  WAMPGATE_ASSIGN_OR_RETURN(const net::TlsServerOptions options, net::ReadTlsFiles(files));
  return net::TlsContext::ForServer(options);
}

http::ServerOptions Options() {
  http::ServerOptions options;
  options.send_timeout = std::chrono::milliseconds(10000);
  options.max_body_size = 1024;
  return options;
}

}  // namespace

HttpListener::HttpListener(net::Loop& loop, std::shared_ptr<http::Service> root)
    : loop_(loop), site_(std::make_shared<const http::Site>(http::Site{Options(), std::move(root)})) {}

HttpListener::~HttpListener() {
  Close();
}

void HttpListener::Set(const std::optional<config::ManagementHttp>& wanted) {
  if (wanted == wanted_) return ReadTlsAgain();
  wanted_ = wanted;
  Close();
  Retry();
}

void HttpListener::Retry() {
  if (!wanted_ || acceptor_ != nullptr) return;
  if (const Status status = Open(); !status.ok()) {
    Close();
    log::Error(kModule, "the port of management.http cannot be opened; it is tried again",
               {{"interface", wanted_->interface}, {"port", wanted_->port}, {"error", Message(status)}});
    return;
  }
  log::Info(kModule, "metrics and health are served over HTTP", {{"address", address_}});
}

void HttpListener::ReadTlsAgain() {
  if (!wanted_ || !wanted_->tls || acceptor_ == nullptr) return;
  auto context = MakeContext(*wanted_->tls);
  if (context.ok()) {
    tls_ = *std::move(context);
  } else {
    log::Warning(kModule, "the port of management.http keeps the certificate that it has",
                 {{"address", address_}, {"error", Message(context.status())}});
  }
}

Status HttpListener::Open() {
  tls_ = nullptr;
  if (wanted_->tls) {
    WAMPGATE_ASSIGN_OR_RETURN(tls_, MakeContext(*wanted_->tls));
  }
  WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket,
                            net::BindListenSocket(EndpointOf(*wanted_), net::ReusePort::kNo));
  WAMPGATE_RETURN_IF_ERROR(net::StartListening(socket.get(), kBacklog));
  address_ = net::BoundAddress(socket.get());
  server_ = std::make_unique<http::Server>(loop_, site_, offload_);
  handshakes_ = std::make_unique<net::TlsHandshakes>(
      loop_,
      [this](std::unique_ptr<net::Stream> stream) {
        server_->Accept(std::move(stream), http::Security::kTls);
      },
      [](const std::string& peer, const Status& why) {
        log::Debug(kModule, "a TLS handshake failed", {{"peer", peer}, {"error", Message(why)}});
      });
  acceptor_ = std::make_unique<net::Acceptor>(
      loop_, std::move(socket), [this](std::unique_ptr<net::Stream> stream) { Accept(std::move(stream)); });
  acceptor_->Start();
  return OkStatus();
}

void HttpListener::Close() {
  if (acceptor_ != nullptr) acceptor_->Stop();
  acceptor_.reset();
  handshakes_.reset();
  server_.reset();
  address_.clear();
}

void HttpListener::Accept(std::unique_ptr<net::Stream> stream) {
  if (server_->size() + handshakes_->size() < kMostConnections) {
    return tls_ ? handshakes_->Begin(std::move(stream), tls_) : server_->Accept(std::move(stream));
  }
  if (turned_away_++ % kMostConnections == 0) {
    log::Warning(kModule, "too many connections to management.http: newcomers are turned away",
                 {{"connections", kMostConnections}, {"turned_away", turned_away_}});
  }
}

}  // namespace wampgate::management
