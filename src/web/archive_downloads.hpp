#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "web/archive_options.hpp"

namespace wampgate::web {

/// Fetches archives, each on a thread of its own, and tries again until it is there: after 1 s, then twice as
/// long each time, to 5 min, with jitter. Any thread.
class ArchiveDownloads {
 public:
  explicit ArchiveDownloads(std::chrono::milliseconds first_delay = std::chrono::seconds(1));
  /// Cancels all and waits for them: a second at most, unless the disk blocks.
  ~ArchiveDownloads();
  ArchiveDownloads(const ArchiveDownloads&) = delete;
  ArchiveDownloads& operator=(const ArchiveDownloads&) = delete;

  /// Fetches the archive unless that is under way. Without a thread for it it does not; the next call tries
  /// again.
  void Ensure(const ArchiveSource& source);
  bool IsUnderWay(const ArchiveSource& source);
  /// Nobody needs the archive any more. Does not wait.
  void Cancel(const ArchiveSource& source);
  /// That are under way, or wait to be tried again.
  std::size_t running();

 private:
  struct Job;
  void Run(Job& job);
  void Reap();
  bool Has(const ArchiveSource& source) const;

  const std::chrono::milliseconds first_delay_;
  std::mutex mutex_;
  std::multimap<std::string, std::unique_ptr<Job>> jobs_;  // by file
  bool is_lack_told_ = false;                              // that there are no threads left
};

}  // namespace wampgate::web
