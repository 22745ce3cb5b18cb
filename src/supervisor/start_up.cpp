#include "supervisor/start_up.hpp"

#include "supervisor/candidate.hpp"

namespace wampgate::supervisor {

StartWith DecideStart(const std::optional<internal::Revision>& stored, const std::optional<v1::Node>& file,
                      Preference preference) {
  if (!stored) return StartWith::kFile;
  if (!file || SameDocument(*file, stored->node())) return StartWith::kRevision;
  const bool revision_is_file = stored->origin().compare(0, 5, "file:") == 0;
  const bool file_changed =
      revision_is_file ? true : !stored->has_file() || !SameDocument(*file, stored->file());
  if (!file_changed) return StartWith::kRevision;
  if (revision_is_file || preference == Preference::kFile) return StartWith::kFile;
  return preference == Preference::kRevision ? StartWith::kRevision : StartWith::kRevisionUndecided;
}

}  // namespace wampgate::supervisor
