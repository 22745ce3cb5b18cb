#include "management/config_snapshot.hpp"

#include <google/protobuf/util/time_util.h>

#include "config/secrets.hpp"
#include "supervisor/node_file.hpp"
#include "supervisor/plan.hpp"

namespace wampgate::management {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMostDifferences = 100;

v1::NodeFileState::Drift ToProto(supervisor::Drift drift) {
  switch (drift) {
    case supervisor::Drift::kInSync:
      return v1::NodeFileState::IN_SYNC;
    case supervisor::Drift::kConfigChanged:
      return v1::NodeFileState::CONFIG_CHANGED;
    case supervisor::Drift::kFileChanged:
      return v1::NodeFileState::FILE_CHANGED;
    case supervisor::Drift::kBothChanged:
      return v1::NodeFileState::BOTH_CHANGED;
  }
  return v1::NodeFileState::DRIFT_UNSPECIFIED;
}

std::string FirstError(const config::Problems& problems) {
  for (const auto& problem : problems) {
    if (problem.severity == config::Severity::kError) return config::ToString(problem);
  }
  return "";
}

}  // namespace

void FillAbout(const internal::Revision& revision, v1::ConfigSnapshot& snapshot) {
  snapshot.set_revision(revision.number());
  snapshot.set_etag(config::Etag(revision.node()));
  *snapshot.mutable_create_time() = TimeUtil::MillisecondsToTimestamp(revision.time_unix_milliseconds());
  snapshot.set_origin(revision.origin());
  snapshot.set_author(revision.author());
  snapshot.set_message(revision.message());
  if (supervisor::AwaitsConfirmation(revision)) {
    *snapshot.mutable_confirm_deadline() =
        TimeUtil::MillisecondsToTimestamp(revision.confirmation().deadline_unix_milliseconds());
  }
}

void Fill(const internal::Revision& revision, v1::GetConfigRequest::Format format,
          v1::ConfigSnapshot& snapshot) {
  FillAbout(revision, snapshot);
  v1::Node& node = *snapshot.mutable_node();
  node = revision.node();
  config::HideSecrets(node);
  if (format == v1::GetConfigRequest::JSON) snapshot.set_text(config::WriteJson(node));
  if (format == v1::GetConfigRequest::YAML) snapshot.set_text(config::WriteYaml(node));
}

v1::NodeFileState FileState(const std::string& path, config::Loaded& file, const internal::Revision& running,
                            const config::Environment& environment) {
  v1::NodeFileState state;
  state.set_path(path);
  if (path.empty()) {
    state.set_drift(v1::NodeFileState::NO_FILE);
    return state;
  }
  if (file.document && file.node) config::RestoreSecrets(running.node(), *file.document, file.problems);
  if (!file.document || config::HasErrors(file.problems)) {
    state.set_drift(v1::NodeFileState::FILE_BROKEN);
    state.set_error(FirstError(file.problems));
    return state;
  }
  state.set_drift(ToProto(supervisor::DriftOf(running, *file.document)));
  if (state.drift() == v1::NodeFileState::IN_SYNC) return state;
  v1::Plan plan =
      supervisor::MakePlan({running.node(), *file.document, environment, supervisor::Removal::kKeep}, {});
  for (v1::PlannedChange& change : *plan.mutable_changes()) {
    if (state.differences_size() == kMostDifferences) break;
    *state.add_differences() = std::move(change);
  }
  return state;
}

}  // namespace wampgate::management
