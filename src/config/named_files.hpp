#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"
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
};

/// All of a document, which need not have its routes: they name none.
std::vector<NamedFile> NamedFiles(const v1::Node& document, const Environment& environment);

}  // namespace wampgate::config
