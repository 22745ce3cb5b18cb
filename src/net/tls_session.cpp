#include "net/tls_session.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "net/tls_error.hpp"

namespace wampgate::net {
namespace {

bool IsAddress(const std::string& host) {
  unsigned char address[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address) == 1;
}

void Expect(ssl_st* ssl, const std::string& host) {
  if (IsAddress(host)) {
    WAMPGATE_CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1);
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    WAMPGATE_CHECK(SSL_set_tlsext_host_name(ssl, host.c_str()) == 1 && SSL_set1_host(ssl, host.c_str()) == 1);
  }
}

}  // namespace

struct TlsSession::Octets {
  static TlsSession& Of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static int Read(BIO* bio, char* to, int room) {
    std::string_view& input = Of(bio).input_;
    BIO_clear_retry_flags(bio);
    if (input.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const std::size_t octets = std::min(input.size(), static_cast<std::size_t>(room));
    std::memcpy(to, input.data(), octets);
    input.remove_prefix(octets);
    return static_cast<int>(octets);
  }
  static int Write(BIO* bio, const char* from, int octets) {
    TlsSession& session = Of(bio);
    const auto count = static_cast<std::size_t>(octets);
    if (session.room_.empty()) {
      session.sealed_.Append({from, count});
    } else {
      WAMPGATE_CHECK(count < session.room_.size());
      std::memcpy(session.room_.data(), from, count);
      session.room_ = session.room_.subspan(count);
    }
    return octets;
  }
  static long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static int Create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static const BIO_METHOD* Method() {
    static const BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wampgate stream");
      BIO_meth_set_read(made, Read);
      BIO_meth_set_write(made, Write);
      BIO_meth_set_ctrl(made, Control);
      BIO_meth_set_create(made, Create);
      return made;
    }();
    return method;
  }
};

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context)
    : context_(std::move(context)), ssl_(SSL_new(context_->native())) {
  WAMPGATE_CHECK(ssl_ != nullptr);
  BIO* const bio = BIO_new(Octets::Method());
  WAMPGATE_CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  SSL_set_bio(ssl_, bio, bio);
  if (context_->role() == TlsContext::Role::kServer) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
    Expect(ssl_, context_->hostname());
  }
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

Status TlsSession::Begin() {
  return Handshake();
}

Status TlsSession::Handshake() {
  DropTlsErrors();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    established_ = true;
    return OkStatus();
  }
  if (SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ) return OkStatus();
  return Failure("handshake");
}

Status TlsSession::Failure(std::string_view during) {
  const long verified = SSL_get_verify_result(ssl_);
  const std::string reason = TakeTlsError();
  if (!established_ && verified != X509_V_OK) {
    return MakeStatus(StatusCode::kUnauthenticated,
                      fmt::format("TLS {}: the peer's certificate is refused: {}", during,
                                  X509_verify_cert_error_string(verified)));
  }
  return Unavailable(fmt::format("TLS {}: {}", during, reason));
}

TlsSession::Decrypted TlsSession::Decrypt(std::string_view sealed, std::span<char> plain) {
  WAMPGATE_CHECK(plain.size() >= sealed.size() + kSlack);
  Decrypted result;
  input_ = sealed;
  if (!established_) result.failure = Handshake();
  while (established_ && result.failure.ok()) {
    DropTlsErrors();
    std::size_t octets = 0;
    if (SSL_read_ex(ssl_, plain.data() + result.octets, plain.size() - result.octets, &octets) == 1) {
      result.octets += octets;
      // Asking once more costs OpenSSL a buffer.
      if (input_.empty() && SSL_pending(ssl_) == 0) break;
      continue;
    }
    const int error = SSL_get_error(ssl_, 0);
    if (error == SSL_ERROR_WANT_READ) break;
    if (error == SSL_ERROR_ZERO_RETURN) {
      result.closed = true;
      break;
    }
    result.failure = Failure("record");
  }
  input_ = {};
  return result;
}

StatusOr<std::size_t> TlsSession::Encrypt(std::string_view plain, std::span<char> sealed) {
  WAMPGATE_CHECK(established_ && sealed_.empty());
  WAMPGATE_CHECK(sealed.size() > plain.size() + (plain.size() / kRecord + 2) * kRecordOverhead);
  room_ = sealed;
  Status status;
  while (!plain.empty() && status.ok()) {
    std::size_t taken = 0;
    if (SSL_write_ex(ssl_, plain.data(), std::min(plain.size(), kRecord), &taken) != 1)
      status = Failure("record");
    plain.remove_prefix(taken);
  }
  const std::size_t octets = sealed.size() - std::exchange(room_, {}).size();
  if (!status.ok()) return status;
  return octets;
}

void TlsSession::SayClose() {
  if (!established_ || std::exchange(said_close_, true)) return;
  DropTlsErrors();
  SSL_shutdown(ssl_);
}

std::string_view TlsSession::version() const {
  return established_ ? SSL_get_version(ssl_) : std::string_view();
}

std::string_view TlsSession::cipher() const {
  return established_ ? SSL_get_cipher_name(ssl_) : std::string_view();
}

std::string_view TlsSession::server_name() const {
  const char* const name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? std::string_view() : name;
}

}  // namespace wampgate::net
