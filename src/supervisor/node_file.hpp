#pragma once

#include <cstdint>

#include "wampgate/internal/revision.pb.h"

namespace wampgate::supervisor {

/// The node file against the revision that runs. "Changed" compares parsed content with the file as it was
/// last applied.
enum class Drift : std::uint8_t { kInSync, kConfigChanged, kFileChanged, kBothChanged };

Drift DriftOf(const internal::Revision& revision, const v1::Node& file);

bool IsFromFile(const internal::Revision& revision);

/// What the file said when it was last applied, or seen by the operator; null if it never was.
const v1::Node* FileLastApplied(const internal::Revision& revision);

/// Whether the revision is to be undone unless somebody confirms it.
bool AwaitsConfirmation(const internal::Revision& revision);

}  // namespace wampgate::supervisor
