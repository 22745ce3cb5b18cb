#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/environment.hpp"
#include "net/tls_files.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// A file whose content belongs to the configuration: the value of a field with `(file)` in the schema.
struct NamedFile {
  std::string object;        ///< resource name of the object that names it; "node"
  std::string_view kind;     ///< of the object
  std::string field;         ///< its path within the object, "management.listen[0].tls.key"
  std::string path;          ///< as it is spelled; relative to the node directory
  bool may_be_long = false;  ///< an archive
  bool comes_later = false;  ///< it is downloaded while the node runs: that it is missing is no fault
  bool operator==(const NamedFile&) const = default;

  /// Whether it holds certificates, not a key.
  bool HasCertificates() const;
  /// How messages name the field: "management.listen[0].tls.key", "workers/w/transports/t: endpoint.tls.key".
  std::string Place() const;
};

/// The files that one endpoint of a worker speaks TLS with, as they are to go together.
struct NamedTls {
  std::string object;                                            ///< as in NamedFile
  std::string field;                                             ///< "endpoint.tls": all files are below it
  std::variant<net::TlsServerFiles, net::TlsClientFiles> files;  ///< the host's name may be missing
  bool operator==(const NamedTls&) const = default;
};

/// All of a document, which need not have its routes: they name none.
struct NamedFileList {
  std::vector<NamedFile> files;
  std::vector<NamedTls> tls;
};
NamedFileList NamedFiles(const v1::Node& document, const Environment& environment);

}  // namespace wampgate::config
