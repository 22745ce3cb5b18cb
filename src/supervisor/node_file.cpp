#include "supervisor/node_file.hpp"

#include "supervisor/candidate.hpp"

namespace wampgate::supervisor {

bool IsFromFile(const internal::Revision& revision) {
  return revision.origin().compare(0, 5, "file:") == 0;
}

const v1::Node* FileLastApplied(const internal::Revision& revision) {
  if (revision.has_file()) return &revision.file();
  return IsFromFile(revision) ? &revision.node() : nullptr;
}

Drift DriftOf(const internal::Revision& revision, const v1::Node& file) {
  if (SameDocument(file, revision.node())) return Drift::kInSync;
  const v1::Node* last = FileLastApplied(revision);
  if (last == nullptr) return Drift::kBothChanged;
  if (SameDocument(file, *last)) return Drift::kConfigChanged;
  return SameDocument(*last, revision.node()) ? Drift::kFileChanged : Drift::kBothChanged;
}

bool AwaitsConfirmation(const internal::Revision& revision) {
  return revision.has_confirmation() && !revision.confirmation().confirmed();
}

}  // namespace wampgate::supervisor
