#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "supervisor/disk.hpp"
#include "wampgate/internal/revision.pb.h"

namespace wampgate::supervisor {

/// The revisions in the node directory, one file each, the last 32 of them. A revision is there whole or not
/// at all, whenever the machine or the process stops: it is written beside, synced, renamed, and the folder
/// synced.
class RevisionStore {
 public:
  static constexpr std::size_t kKept = 32;

  RevisionStore(Disk& disk, std::string folder) : disk_(disk), folder_(std::move(folder)) {}

  /// The newest revision that reads back whole; damaged ones are passed over with a warning. Nothing if there
  /// is none. Fails only if the folder cannot be read.
  StatusOr<std::optional<internal::Revision>> LoadNewest();

  /// Writes a revision; once it returns OK the revision survives a power failure. On failure nothing has
  /// changed. Its number must be next_number().
  Status Append(const internal::Revision& revision);

  /// Writes a revision that is there anew, as safely: the old content or the new one.
  Status Replace(const internal::Revision& revision);

  /// From any thread, for revisions that were appended before the call. NOT_FOUND if it is not kept (any
  /// more), DATA_LOSS if its file is damaged.
  StatusOr<internal::Revision> Load(std::uint64_t number) const;
  /// Of the files that are there, damaged ones included, ascending. From any thread.
  StatusOr<std::vector<std::uint64_t>> Numbers() const;

  /// Greater than every number ever given to a file that is there, damaged ones included. Valid after
  /// LoadNewest.
  std::uint64_t next_number() const { return next_number_; }

 private:
  std::string Path(std::uint64_t number) const;
  Status Write(const internal::Revision& revision);
  void RemoveOld();

  Disk& disk_;
  std::string folder_;
  std::uint64_t next_number_ = 1;
};

/// The content of a revision file, and back. What is damaged, cut short or of another format is DATA_LOSS.
std::string EncodeRevision(const internal::Revision& revision);
StatusOr<internal::Revision> DecodeRevision(std::string_view file);

}  // namespace wampgate::supervisor
