#include "net/tls_files.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/whole_file.hpp"

namespace wampgate::net {
namespace {

StatusOr<PemFile> Read(const std::string& path) {
  StatusOr<std::string> content = ReadWholeFile(path);
  if (!content.ok()) return InvalidArgument(fmt::format("{}: {}", path, Message(content.status())));
  return PemFile{path, *std::move(content)};
}

StatusOr<std::vector<PemFile>> ReadAll(const std::vector<std::string>& paths) {
  std::vector<PemFile> all;
  for (const std::string& path : paths) {
    WAMPGATE_ASSIGN_OR_RETURN(PemFile file, Read(path));
    all.push_back(std::move(file));
  }
  return all;
}

}  // namespace

StatusOr<TlsServerOptions> ReadTlsFiles(const TlsServerFiles& files) {
  TlsServerOptions options;
  WAMPGATE_ASSIGN_OR_RETURN(options.certificate, Read(files.certificate));
  WAMPGATE_ASSIGN_OR_RETURN(options.key, Read(files.key));
  WAMPGATE_ASSIGN_OR_RETURN(options.chain, ReadAll(files.chain));
  WAMPGATE_ASSIGN_OR_RETURN(options.authorities, ReadAll(files.authorities));
  options.ciphers = files.ciphers;
  return options;
}

StatusOr<TlsClientOptions> ReadTlsFiles(const TlsClientFiles& files) {
  TlsClientOptions options;
  options.hostname = files.hostname;
  WAMPGATE_ASSIGN_OR_RETURN(options.authorities, ReadAll(files.authorities));
  if (files.certificate.empty()) return options;
  WAMPGATE_ASSIGN_OR_RETURN(options.certificate, Read(files.certificate));
  WAMPGATE_ASSIGN_OR_RETURN(options.key, Read(files.key));
  return options;
}

}  // namespace wampgate::net
