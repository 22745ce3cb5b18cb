#pragma once

#include <memory>
#include <string>

#include "base/fd.hpp"
#include "web/archive_options.hpp"
#include "web/zip_archive.hpp"

namespace wampgate::web {

/// An archive that may be served, with what identifies it.
struct CheckedArchive {
  std::shared_ptr<ZipArchive> archive;
  std::string sha256;  ///< lower-case hexadecimal; empty if the source names no hashes
};

/// Opens what is in `file` if it is what the source asks for: within its limits, one of its hashes, a ZIP
/// file. Blocks; any thread.
StatusOr<CheckedArchive> CheckArchive(UniqueFd file, const ArchiveSource& source);
/// The file of the source. kNotFound: there is none.
StatusOr<CheckedArchive> OpenArchive(const ArchiveSource& source);

}  // namespace wampgate::web
