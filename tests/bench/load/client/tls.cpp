#include "client/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace load {
namespace {

SSL_CTX* g_tls = nullptr;

}  // namespace

void make_tls_context() {
  g_tls = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(g_tls, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(g_tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(g_tls, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

void tls_begin(Conn& c) {
  c.ssl = SSL_new(g_tls);
  SSL_set_fd(c.ssl, c.fd);
  SSL_set_tlsext_host_name(c.ssl, ep.host.c_str());
  SSL_set_connect_state(c.ssl);
  c.st = St::tls;
}

Handshake tls_handshake(Conn& c) {
  int r = SSL_do_handshake(c.ssl);
  c.tls_wants_write = false;
  if (r == 1) return Handshake::done;
  int e = SSL_get_error(c.ssl, r);
  if (e == SSL_ERROR_WANT_WRITE) c.tls_wants_write = true;
  else if (e != SSL_ERROR_WANT_READ) return Handshake::failed;
  return Handshake::pending;
}

ssize_t tls_read(Conn& c, char* b, size_t n) {
  int r = SSL_read(c.ssl, b, int(std::min<size_t>(n, 1u << 30)));
  if (r > 0) return r;
  int e = SSL_get_error(c.ssl, r);
  if (e == SSL_ERROR_WANT_READ) return -1;
  if (e == SSL_ERROR_WANT_WRITE) { c.tls_wants_write = true; return -1; }
  ERR_clear_error();
  return e == SSL_ERROR_ZERO_RETURN ? 0 : -2;
}

ssize_t tls_write(Conn& c, const char* b, size_t n) {
  int r = SSL_write(c.ssl, b, int(std::min<size_t>(n, 1u << 30)));
  if (r > 0) return r;
  int e = SSL_get_error(c.ssl, r);
  if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE) return -1;
  ERR_clear_error();
  return -2;
}

void tls_end(Conn& c, bool notify) {
  if (notify) SSL_shutdown(c.ssl);
  SSL_free(c.ssl), c.ssl = nullptr;
  ERR_clear_error();
}

}  // namespace load
