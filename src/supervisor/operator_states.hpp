#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/status.hpp"
#include "supervisor/disk.hpp"
#include "wampgate/internal/operator_states.pb.h"

namespace wampgate::supervisor {

/// What operators have told the node that is not configuration: what drains, which workers are stopped, the
/// log level, and how the sessions of what they have removed end. Kept across restarts in one file, untouched
/// by changes of the configuration, gone with its object. Every change is on the disk when the call returns;
/// one that cannot be written is not made, unless it only forgets what is over. Fields of other versions are
/// read over. Loop's thread only.
class OperatorStates {
 public:
  static constexpr const char* kNode = "node";  ///< the node itself among the objects

  OperatorStates(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  /// Reads the file. A damaged one is put aside as `…damaged` and logged: the node comes up without states.
  void Load();

  /// Null if operators have said nothing about the object.
  const internal::OperatorState* Find(const std::string& object) const;
  /// Whether its state is `state`.
  bool Is(const std::string& object, std::string_view state) const;
  Status Set(const std::string& object, internal::OperatorState state);
  Status Clear(const std::string& object);
  /// Forgets the objects for which `exists` does not hold; never the node itself. Whether there were any.
  bool KeepOnly(const std::function<bool(const std::string& object)>& exists);
  /// Resource name → state, sorted.
  std::map<std::string, std::string> all() const;

  using Removals = google::protobuf::RepeatedPtrField<internal::RemovalState>;
  const Removals& removals() const { return states_.removals(); }
  /// In the place of what is kept of its operation.
  Status SetRemoval(internal::RemovalState removal);
  /// It is forgotten also where that cannot be written: the next change that can be takes it from the disk.
  Status ClearRemoval(const std::string& operation);

  const internal::LogLevelState* log_level() const;
  /// Null: the one of the command line again.
  Status SetLogLevel(const internal::LogLevelState* level);

 private:
  Status Change(internal::OperatorStates next);
  Status Write(internal::OperatorStates next);

  Disk& disk_;
  std::string path_;
  internal::OperatorStates states_;
};

}  // namespace wampgate::supervisor
