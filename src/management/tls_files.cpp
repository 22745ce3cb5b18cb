#include "management/tls_files.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/whole_file.hpp"

namespace wampgate::management {
namespace {

Status TlsError(const std::string& path, std::string_view what) {
  char reason[256] = "";
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  ERR_clear_error();
  return FailedPrecondition(fmt::format("{}: {} ({})", path, what, reason));
}

Status Write(int file, const std::string& content) {
  if (::ftruncate(file, 0) == 0 &&
      ::pwrite(file, content.data(), content.size(), 0) == static_cast<ssize_t>(content.size())) {
    return OkStatus();
  }
  return ErrnoStatus(errno, "keeping a certificate in memory");
}

StatusOr<std::string> Content(const std::string& path) {
  StatusOr<std::string> content = ReadWholeFile(path);
  if (!content.ok()) return FailedPrecondition(fmt::format("{}: {}", path, Message(content.status())));
  return content;
}

StatusOr<UniqueFd> Copy(const std::string& path) {
  WAMPGATE_ASSIGN_OR_RETURN(const std::string content, Content(path));
  UniqueFd file(::memfd_create("wampgate-tls", MFD_CLOEXEC));
  if (!file) return ErrnoStatus(errno, "keeping a certificate in memory");
  WAMPGATE_RETURN_IF_ERROR(Write(file.get(), content));
  return file;
}

}  // namespace

std::string TlsFiles::PathOf(const UniqueFd& file) {
  return file ? fmt::format("/proc/self/fd/{}", file.get()) : "";
}

StatusOr<std::unique_ptr<TlsFiles>> TlsFiles::Read(const config::ManagementListener& options) {
  auto files = std::make_unique<TlsFiles>();
  WAMPGATE_ASSIGN_OR_RETURN(files->certificate_, Copy(options.certificate));
  WAMPGATE_ASSIGN_OR_RETURN(files->key_, Copy(options.key));
  if (!options.ca.empty()) {
    WAMPGATE_ASSIGN_OR_RETURN(files->ca_, Copy(options.ca));
  }
  WAMPGATE_RETURN_IF_ERROR(files->Check(options));
  return files;
}

// gRPC itself says of files that it cannot use only that handshakes fail.
Status TlsFiles::Check(const config::ManagementListener& names) const {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate().c_str()) != 1) {
    return TlsError(names.certificate, "cannot be read as a certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key().c_str(), SSL_FILETYPE_PEM) != 1) {
    return TlsError(names.key, "cannot be read as the key of the certificate");
  }
  if (ca_ && SSL_CTX_load_verify_locations(context.get(), ca().c_str(), nullptr) != 1) {
    return TlsError(names.ca, "cannot be read as certificates to verify clients with");
  }
  return OkStatus();
}

Status TlsFiles::Become(const TlsFiles& other) {
  const std::pair<const UniqueFd*, const UniqueFd*> pairs[] = {
      {&certificate_, &other.certificate_}, {&key_, &other.key_}, {&ca_, &other.ca_}};
  for (const auto& [mine, theirs] : pairs) {
    if (!*mine) continue;
    WAMPGATE_ASSIGN_OR_RETURN(const std::string content, Content(PathOf(*theirs)));
    WAMPGATE_ASSIGN_OR_RETURN(const std::string before, Content(PathOf(*mine)));
    if (content == before) continue;
    WAMPGATE_RETURN_IF_ERROR(Write(mine->get(), content));
  }
  return OkStatus();
}

}  // namespace wampgate::management
