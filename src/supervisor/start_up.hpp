#pragma once

#include <cstdint>
#include <optional>

#include "wampgate/internal/revision.pb.h"

namespace wampgate::supervisor {

/// Which of the two a start prefers where both the file and the API have changed the configuration.
enum class Preference : std::uint8_t { kNone, kFile, kRevision };

/// What a node starts with.
enum class StartWith : std::uint8_t {
  kFile,
  kRevision,
  /// The revision, though the file has changed as well: the operator has to say which it is to be.
  kRevisionUndecided,
};

/// `stored` is the newest revision on disk and `file` the parsed start-up file; at least one is there. The
/// file counts as changed if it does not say what it said when it was last applied.
StartWith DecideStart(const std::optional<internal::Revision>& stored, const std::optional<v1::Node>& file,
                      Preference preference);

}  // namespace wampgate::supervisor
