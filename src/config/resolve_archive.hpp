#pragma once

#include "config/resolve_context.hpp"
#include "wampgate/v1/path.pb.h"
#include "web/archive_options.hpp"

namespace wampgate::config {

/// A path of type `archive` (spec 4.5).
web::ArchiveOptions ResolveArchive(const v1::ArchivePath& path, const Where& where, const Context& context);

}  // namespace wampgate::config
