#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "web/archive_check.hpp"
#include "web/archive_downloads.hpp"
#include "web/content.hpp"

namespace wampgate::web {

/// The archive at a place, through all that happens to it: opened when it is there, opened anew when it is
/// replaced, fetched when it is missing or of no use. What was served goes on until there is something
/// better. Helper thread, but for its construction and destruction.
class ArchiveFile {
 public:
  /// `downloads` outlives it. `pause`: before a file that could not be used is looked at again.
  ArchiveFile(ArchiveSource source, ArchiveDownloads& downloads,
              std::chrono::milliseconds pause = std::chrono::seconds(5));
  ~ArchiveFile();
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;

  /// The archive as it is now; null while there is none that may be served.
  std::shared_ptr<ZipArchive> Current();
  /// Whether one may come by itself.
  bool is_fetched() const { return !source_.origin.empty(); }
  /// Whether one is on its way, or will be tried again.
  bool is_being_fetched() const { return is_fetched() && downloads_.IsUnderWay(source_); }

  /// The inflated member in memory, of the current archive; null if there is no room for it. At most 64 MiB
  /// are kept.
  std::shared_ptr<const Content> Hold(const std::shared_ptr<ZipArchive>& archive, const ZipMember& member);

 private:
  /// What a file is told from another one by.
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    off_t octets = 0;
    std::int64_t seconds = 0, nanoseconds = 0;
    std::int64_t changed_seconds = 0, changed_nanoseconds = 0;  // of mode and owner too
    bool operator==(const Identity&) const = default;
  };
  void Look(const Identity& found);
  void NoteMissing();
  void NoteUnusable(const Status& why);
  void NoteUnreachable(int error_number);
  void Fetch();

  const ArchiveSource source_;
  ArchiveDownloads& downloads_;
  const std::chrono::milliseconds pause_;
  std::optional<Identity> seen_;
  std::optional<std::chrono::steady_clock::time_point> look_again_;  // after a failure, which may pass
  std::string told_;                                                 // why it cannot be used
  int told_unreachable_ = 0;                                         // errno
  bool is_missing_told_ = false;
  std::shared_ptr<ZipArchive> archive_;
  std::map<std::uint64_t, std::shared_ptr<const std::string>> held_;  // of archive_, by index
  std::uint64_t held_octets_ = 0;
};

/// The archives of a process. Services of one source share one, so that a new configuration goes on with what
/// the one before had. Helper thread, but for its construction and destruction; outlives its archives.
class Archives {
 public:
  /// `first_delay`: before a failed download is tried again.
  explicit Archives(std::chrono::milliseconds first_delay = std::chrono::seconds(1))
      : downloads_(first_delay) {}

  std::shared_ptr<ArchiveFile> Acquire(const ArchiveSource& source);

  /// Archives that are being fetched.
  std::size_t fetching() { return downloads_.running(); }

 private:
  ArchiveDownloads downloads_;
  std::multimap<std::string, std::pair<ArchiveSource, std::weak_ptr<ArchiveFile>>> by_place_;
};

}  // namespace wampgate::web
