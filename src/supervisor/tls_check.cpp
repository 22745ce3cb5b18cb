#include "supervisor/tls_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "net/tls_context.hpp"
#include "net/tls_files.hpp"

namespace wampgate::supervisor {
namespace {

using Context = std::shared_ptr<const net::TlsContext>;

StatusOr<Context> Try(const net::TlsServerFiles& files) {
  WAMPGATE_ASSIGN_OR_RETURN(const net::TlsServerOptions options, net::ReadTlsFiles(files));
  return net::TlsContext::ForServer(options);
}

StatusOr<Context> Try(net::TlsClientFiles files) {
  if (files.hostname.empty()) files.hostname = "localhost";  // it is the endpoint's
  WAMPGATE_ASSIGN_OR_RETURN(const net::TlsClientOptions options, net::ReadTlsFiles(files));
  return net::TlsContext::ForClient(options);
}

const std::string& CertificateOf(const config::NamedTls& tls) {
  return std::visit([](const auto& files) -> const std::string& { return files.certificate; }, tls.files);
}

}  // namespace

TlsFindings CheckTlsFiles(const std::vector<config::NamedTls>& named, const RunningTls& running) {
  TlsFindings findings;
  std::optional<std::vector<config::NamedTls>> before;
  for (const config::NamedTls& tls : named) {
    const StatusOr<Context> context = std::visit([](const auto& files) { return Try(files); }, tls.files);
    if (!context.ok()) {
      if (!before) before = running();
      const bool is_new = std::find(before->begin(), before->end(), tls) == before->end();
      findings.broken.push_back({tls.object, tls.field, std::string(Message(context.status())),
                                 is_new ? BrokenFiles::Group::kNew : BrokenFiles::Group::kAsBefore});
      continue;
    }
    const std::string untimely = (*context)->Untimely();
    if (untimely.empty()) continue;
    findings.remarks.push_back(
        {.severity = config::Severity::kWarning,
         .path = tls.object + ": " + tls.field + ".certificate",
         .message = fmt::format("{} {}: peers will refuse it; renew it, then `wampgatectl reload`",
                                CertificateOf(tls), untimely)});
  }
  return findings;
}

}  // namespace wampgate::supervisor
