#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "wampgate/internal/revision.pb.h"

/// The records of a log of revisions; revision.proto says what they look like on disk.
namespace wampgate::supervisor {

std::string EncodeRecord(const internal::RevisionRecord& record);

/// Goes through the content of a log, which must outlive it.
class RecordReader {
 public:
  explicit RecordReader(std::string_view log) : rest_(log) {}

  /// The number in the next record's head, without a look at whether the record is sound; 0: there is none,
  /// or it is not there to its end.
  std::uint64_t Number() const;
  /// The next record. DATA_LOSS if it is damaged or cut short; then nothing can follow.
  StatusOr<internal::RevisionRecord> Read();
  /// The same without reading it.
  void Skip();
  /// Nothing follows, not even a part of a record.
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::size_t Size() const;  // of the next record with its head; 0: not there to its end

  std::string_view rest_;
};

/// Numbers of the records, damaged ones included as far as they can be told apart; ascending.
std::vector<std::uint64_t> RecordNumbers(std::string_view log);

/// Makes of `revision` the one of the record, which is of the revision after or of the same one.
void FollowRecord(internal::RevisionRecord record, internal::Revision& revision);

}  // namespace wampgate::supervisor
