#include "net/tls_error.hpp"

#include <openssl/err.h>

namespace wampgate::net {

std::string TakeTlsError() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

void DropTlsErrors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace wampgate::net
