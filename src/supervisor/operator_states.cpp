#include "supervisor/operator_states.hpp"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace wampgate::supervisor {
namespace {

/// Whether there was one.
bool EraseRemoval(const std::string& operation, internal::OperatorStates& states) {
  auto& removals = *states.mutable_removals();
  const auto found = std::find_if(removals.begin(), removals.end(),
                                  [&](const auto& removal) { return removal.operation() == operation; });
  if (found == removals.end()) return false;
  removals.erase(found);
  return true;
}

}  // namespace

void OperatorStates::Load() {
  const StatusOr<std::string> text = disk_.Read(path_);
  if (text.status().code() == StatusCode::kNotFound) return;
  internal::OperatorStates read;
  google::protobuf::TextFormat::Parser parser;
  parser.AllowUnknownField(true);  // of another version, before an upgrade or after one that was taken back
  if (text.ok() && parser.ParseFromString(*text, &read)) {
    states_ = std::move(read);
    return;
  }
  const std::string aside = path_ + ".damaged";
  const Status renamed = disk_.Rename(path_, aside);
  log::Error("supervisor",
             "the file of operator states cannot be read: nothing drains and no worker is stopped until an "
             "operator says so again",
             {{"file", renamed.ok() ? aside : path_},
              {"error", text.ok() ? "its content is damaged" : Message(text.status())}});
}

const internal::OperatorState* OperatorStates::Find(const std::string& object) const {
  const auto found = states_.objects().find(object);
  return found == states_.objects().end() ? nullptr : &found->second;
}

bool OperatorStates::Is(const std::string& object, std::string_view state) const {
  const internal::OperatorState* const found = Find(object);
  return found != nullptr && found->state() == state;
}

Status OperatorStates::Set(const std::string& object, internal::OperatorState state) {
  internal::OperatorStates next = states_;
  (*next.mutable_objects())[object] = std::move(state);
  return Change(std::move(next));
}

Status OperatorStates::Clear(const std::string& object) {
  if (Find(object) == nullptr) return OkStatus();
  internal::OperatorStates next = states_;
  next.mutable_objects()->erase(object);
  return Change(std::move(next));
}

bool OperatorStates::KeepOnly(const std::function<bool(const std::string& object)>& exists) {
  std::vector<std::string> gone;
  for (const auto& [object, state] : states_.objects()) {
    if (object != kNode && !exists(object)) gone.push_back(object);
  }
  if (gone.empty()) return false;
  internal::OperatorStates next = states_;
  for (const std::string& object : gone) next.mutable_objects()->erase(object);
  if (const Status status = Write(next); !status.ok()) {
    states_ = std::move(next);  // they are gone, whatever the disk says
    log::Warning("supervisor", "the states of removed objects stay in the file of operator states",
                 {{"error", Message(status)}});
  }
  return true;
}

std::map<std::string, std::string> OperatorStates::all() const {
  std::map<std::string, std::string> all;
  for (const auto& [object, state] : states_.objects()) all[object] = state.state();
  return all;
}

Status OperatorStates::SetRemoval(internal::RemovalState removal) {
  internal::OperatorStates next = states_;
  EraseRemoval(removal.operation(), next);
  *next.add_removals() = std::move(removal);
  return Write(std::move(next));
}

Status OperatorStates::ClearRemoval(const std::string& operation) {
  internal::OperatorStates next = states_;
  if (!EraseRemoval(operation, next)) return OkStatus();
  Status status = Write(next);
  if (!status.ok()) states_ = std::move(next);  // it is over, whatever the disk says
  return status;
}

const internal::LogLevelState* OperatorStates::log_level() const {
  return states_.has_log_level() ? &states_.log_level() : nullptr;
}

Status OperatorStates::SetLogLevel(const internal::LogLevelState* level) {
  internal::OperatorStates next = states_;
  next.clear_log_level();
  if (level != nullptr) *next.mutable_log_level() = *level;
  return Change(std::move(next));
}

/// Where it is nothing to the caller unless it is kept.
Status OperatorStates::Change(internal::OperatorStates next) {
  return Annotate(Write(std::move(next)), "the operator states cannot be kept, so nothing was changed");
}

Status OperatorStates::Write(internal::OperatorStates next) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(next, &text);
  const std::string temporary = path_ + ".new";
  Status status = disk_.WriteAndSync(temporary, text);
  if (status.ok()) status = disk_.Rename(temporary, path_);
  if (status.ok()) status = disk_.SyncFolder(path_.substr(0, path_.rfind('/')));
  if (!status.ok()) return status;
  states_ = std::move(next);
  return OkStatus();
}

}  // namespace wampgate::supervisor
