#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "supervisor/disk.hpp"
#include "wampgate/internal/revision.pb.h"

namespace wampgate::supervisor {

/// What a revision changes in the one before, for a log that has the one before.
struct RevisionDifference {
  const internal::NodeDelta* node = nullptr;  ///< null: everything
  enum class File : std::uint8_t { kSame, kDiffers };
  File file = File::kDiffers;
};

/// The revisions in the node directory, the last 32 of them. `N.revision` is an image, revision N whole;
/// `N.log` beside it, if there is one, has the changes that made N+1, N+2, … of it. A new image is begun for
/// a change that is large beside it, when the log outgrows it, and by every supervisor that starts: a log
/// that was found is never written to. Images that are small anyway are not counted so exactly.
///
/// A revision is there whole or not at all, whenever the machine or the process stops. An image is written
/// beside, synced, renamed, and the folder synced; a record of the log has a checksum and is synced, and one
/// that is cut short is none.
class RevisionStore {
 public:
  static constexpr std::size_t kKept = 32;

  RevisionStore(Disk& disk, std::string folder) : disk_(disk), folder_(std::move(folder)) {}

  /// The newest revision that reads back whole; damaged ones are passed over with a warning. Nothing if there
  /// is none. Fails only if the folder cannot be read.
  StatusOr<std::optional<internal::Revision>> LoadNewest();

  /// Writes a revision; once it returns OK the revision survives a power failure. On failure nothing has
  /// changed. Its number must be next_number().
  Status Append(const internal::Revision& revision, const RevisionDifference& difference = {});

  /// Writes the newest revision, with the node it has, anew, as safely: the old content or the new one.
  Status Replace(const internal::Revision& revision);

  /// From any thread, for revisions that were appended before the call. NOT_FOUND if it is not kept (any
  /// more), DATA_LOSS if what it is read from is damaged.
  StatusOr<internal::Revision> Load(std::uint64_t number) const;
  /// The last 32 of those that are there, damaged ones included, ascending. From any thread.
  StatusOr<std::vector<std::uint64_t>> Numbers() const;

  enum class Go : std::uint8_t { kOn, kStop };
  using Visit = std::function<Go(const internal::Revision& revision)>;
  /// Calls `visit` for each kept revision from `first` on, ascending; what is damaged is left out. Each file
  /// is read once, however many revisions are in it. From any thread.
  void ForEach(std::uint64_t first, const Visit& visit) const;
  /// The same for those that are not older than `time` (Unix, milliseconds), newest files first.
  void ForEachSince(std::int64_t time, const Visit& visit) const;

  /// Greater than every number ever given to what is there, damaged ones included. Valid after LoadNewest.
  std::uint64_t next_number() const { return next_number_; }

 private:
  struct Log {
    std::uint64_t image = 0;  // 0: none is open
    std::size_t image_size = 0;
    std::size_t size = 0;
    std::size_t records = 0;
  };

  std::string ImagePath(std::uint64_t number) const;
  std::string LogPath(std::uint64_t image) const;
  StatusOr<std::vector<std::uint64_t>> Images() const;
  StatusOr<std::string> ReadLog(std::uint64_t image) const;
  StatusOr<std::vector<std::uint64_t>> AllNumbers() const;
  StatusOr<internal::Revision> LoadImage(std::uint64_t number) const;
  /// Those of one image and its log from `first` on, up to `end`, which belongs to the next image.
  Go ForEachOf(std::uint64_t image, std::uint64_t first, std::uint64_t end, const Visit& visit) const;
  void FollowLog(std::uint64_t image, internal::Revision& revision);
  Status WriteImage(const internal::Revision& revision);
  Status WriteRecord(const std::string& record);
  bool Fits(const std::string& record) const;
  void RemoveOld();

  Disk& disk_;
  std::string folder_;
  std::uint64_t next_number_ = 1;
  std::vector<std::uint64_t> numbers_;  // that are there, ascending
  Log log_;
};

/// The content of an image, and back. What is damaged, cut short or of another format is DATA_LOSS.
std::string EncodeRevision(const internal::Revision& revision);
StatusOr<internal::Revision> DecodeRevision(std::string_view file);

}  // namespace wampgate::supervisor
