#include "supervisor/start_up.hpp"

#include "supervisor/node_file.hpp"

namespace wampgate::supervisor {

StartWith DecideStart(const std::optional<internal::Revision>& stored, const std::optional<v1::Node>& file,
                      Preference preference) {
  if (!stored) return StartWith::kFile;
  if (!file) return StartWith::kRevision;
  switch (DriftOf(*stored, *file)) {
    case Drift::kInSync:
    case Drift::kConfigChanged:
      return StartWith::kRevision;
    case Drift::kFileChanged:
      return StartWith::kFile;
    case Drift::kBothChanged:
      break;
  }
  if (preference == Preference::kFile) return StartWith::kFile;
  return preference == Preference::kRevision ? StartWith::kRevision : StartWith::kRevisionUndecided;
}

}  // namespace wampgate::supervisor
