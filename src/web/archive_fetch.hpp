#pragma once

#include <atomic>

#include "base/status.hpp"
#include "web/archive_options.hpp"

namespace wampgate::web {

/// Puts the archive of a source in its place: downloads it beside it, checks it there, then renames it, so
/// that the place holds a whole archive or what it held before. Processes that share the place take turns
/// (flock on FILE.lock), and who comes second finds what the first one has fetched. Blocks, also for minutes;
/// any thread. kAborted: cancelled, and the place is as it was.
Status FetchArchive(const ArchiveSource& source, const std::atomic<bool>& cancelled);

}  // namespace wampgate::web
