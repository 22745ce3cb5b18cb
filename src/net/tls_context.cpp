#include "net/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "net/tls_error.hpp"

namespace wampgate::net {
namespace {

/// Forward secrecy and authenticated encryption only; for RSA and ECDSA certificates (spec 1.10.1, [FIX]).
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/// The same choice in TLS 1.3: 128 bits first, which cost a quarter less than 256.
constexpr const char* kSuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

Status Refused(const PemFile& file, std::string_view what) {
  return InvalidArgument(fmt::format("{}: {} ({})", file.name, what, TakeTlsError()));
}

/// A key with a passphrase is refused instead of asking the terminal for it.
int NoPassphrase(char*, int, int, void*) {
  return 0;
}

Bio Open(const PemFile& file) {
  return Bio(BIO_new_mem_buf(file.content.data(), static_cast<int>(file.content.size())));
}

/// All certificates of the file, at least one.
StatusOr<std::vector<Certificate>> ReadCertificates(const PemFile& file) {
  const Bio source = Open(file);
  std::vector<Certificate> certificates;
  ERR_clear_error();
  while (X509* certificate = PEM_read_bio_X509(source.get(), nullptr, NoPassphrase, nullptr)) {
    certificates.emplace_back(certificate);
  }
  const auto last = ERR_peek_last_error();
  const bool at_end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (certificates.empty()) return Refused(file, "no certificate in PEM found");
  if (!at_end) return Refused(file, fmt::format("certificate {} cannot be read", certificates.size() + 1));
  ERR_clear_error();
  return certificates;
}

Status AddChain(ssl_ctx_st* context, const PemFile& file, std::vector<Certificate> certificates) {
  for (Certificate& certificate : certificates) {
    if (SSL_CTX_add0_chain_cert(context, certificate.get()) != 1)
      return Refused(file, "cannot be used as a chain");
    (void)certificate.release();
  }
  return OkStatus();
}

Status UseCertificate(ssl_ctx_st* context, const PemFile& file, const PemFile& key_file) {
  WAMPGATE_ASSIGN_OR_RETURN(std::vector<Certificate> certificates, ReadCertificates(file));
  if (SSL_CTX_use_certificate(context, certificates.front().get()) != 1) {
    return Refused(file, "the certificate cannot be used");
  }
  certificates.erase(certificates.begin());
  WAMPGATE_RETURN_IF_ERROR(AddChain(context, file, std::move(certificates)));
  const Bio source = Open(key_file);
  const Key key(PEM_read_bio_PrivateKey(source.get(), nullptr, NoPassphrase, nullptr));
  if (!key) return Refused(key_file, "no private key in PEM without a passphrase found");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return Refused(key_file, fmt::format("the key does not belong to the certificate in {}", file.name));
  }
  return OkStatus();
}

Status Trust(ssl_ctx_st* context, const std::vector<PemFile>& authorities) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const PemFile& file : authorities) {
    WAMPGATE_ASSIGN_OR_RETURN(const std::vector<Certificate> certificates, ReadCertificates(file));
    for (const Certificate& certificate : certificates) {
      if (X509_STORE_add_cert(store, certificate.get()) != 1) return Refused(file, "cannot be trusted");
      if (SSL_CTX_add_client_CA(context, certificate.get()) != 1) return Refused(file, "cannot be asked for");
    }
  }
  return OkStatus();
}

/// Read once for all contexts: they are many, and dear to read. Null if they cannot be read.
X509_STORE* SystemAuthorities() {
  static X509_STORE* const store = [] {
    X509_STORE* read = X509_STORE_new();
    if (read != nullptr && X509_STORE_set_default_paths(read) != 1) {
      X509_STORE_free(read);
      read = nullptr;
    }
    return read;
  }();
  return store;
}

std::string TextOf(const ASN1_TIME* time) {
  const Bio out(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(out.get(), time);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size < 0 ? 0 : size)};
}

void SetCommon(ssl_ctx_st* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_ciphersuites(context, kSuites);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

}  // namespace

StatusOr<std::shared_ptr<const TlsContext>> TlsContext::ForServer(const TlsServerOptions& options) {
  ssl_ctx_st* const native = SSL_CTX_new(TLS_server_method());
  WAMPGATE_CHECK(native != nullptr);
  std::shared_ptr<TlsContext> context(new TlsContext(Role::kServer, native));
  SetCommon(native);
  const char* const ciphers = options.ciphers.empty() ? kCiphers : options.ciphers.c_str();
  if (SSL_CTX_set_cipher_list(native, ciphers) != 1) {
    return InvalidArgument(fmt::format("ciphers: no cipher of TLS 1.2 is selected ({})", TakeTlsError()));
  }
  WAMPGATE_RETURN_IF_ERROR(UseCertificate(native, options.certificate, options.key));
  for (const PemFile& file : options.chain) {
    WAMPGATE_ASSIGN_OR_RETURN(std::vector<Certificate> certificates, ReadCertificates(file));
    WAMPGATE_RETURN_IF_ERROR(AddChain(native, file, std::move(certificates)));
  }
  if (!options.authorities.empty()) {
    WAMPGATE_RETURN_IF_ERROR(Trust(native, options.authorities));
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

StatusOr<std::shared_ptr<const TlsContext>> TlsContext::ForClient(const TlsClientOptions& options) {
  if (options.hostname.empty() || options.hostname.size() > TLSEXT_MAXLEN_host_name ||
      options.hostname.find('\0') != std::string::npos) {
    return InvalidArgument("hostname: expected the name that the certificate must say, of 1 to 255 octets");
  }
  ssl_ctx_st* const native = SSL_CTX_new(TLS_client_method());
  WAMPGATE_CHECK(native != nullptr);
  std::shared_ptr<TlsContext> context(new TlsContext(Role::kClient, native));
  SetCommon(native);
  SSL_CTX_set_cipher_list(native, kCiphers);
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  context->hostname_ = options.hostname;
  if (options.authorities.empty()) {
    X509_STORE* const store = SystemAuthorities();
    if (store == nullptr) return FailedPrecondition("the system's trusted certificates cannot be read");
    SSL_CTX_set1_cert_store(native, store);
  } else {
    WAMPGATE_RETURN_IF_ERROR(Trust(native, options.authorities));
  }
  if (!options.certificate.content.empty()) {
    WAMPGATE_RETURN_IF_ERROR(UseCertificate(native, options.certificate, options.key));
  }
  return context;
}

std::string TlsContext::Untimely() const {
  const X509* const certificate = SSL_CTX_get0_certificate(native_);
  if (certificate == nullptr) return "";
  const ASN1_TIME* const begin = X509_get0_notBefore(certificate);
  const ASN1_TIME* const end = X509_get0_notAfter(certificate);
  if (X509_cmp_current_time(end) < 0) return fmt::format("has expired (on {})", TextOf(end));
  if (X509_cmp_current_time(begin) > 0) return fmt::format("is not valid yet (from {})", TextOf(begin));
  return "";
}

TlsContext::~TlsContext() {
  SSL_CTX_free(native_);
}

}  // namespace wampgate::net
