#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/status.hpp"

namespace wampgate::supervisor {

/// What wampgate keeps in the node directory: the folder `.wampgate` (mode 0700) with the lock, the control
/// socket, the revisions and the record of running processes. Nothing else in the node directory is touched.
///
/// Holding the object is holding the lock: one supervisor runs per node directory.
class NodeDirectory {
 public:
  /// Makes the folder if need be and takes the lock. Fails if `directory` does not exist or cannot be written
  /// to, if another supervisor holds the lock (ALREADY_EXISTS, names its pid), and if the control socket's
  /// path is too long.
  /// `held`: the lock, if this process has it from the supervisor before.
  static StatusOr<NodeDirectory> Open(const std::string& directory, UniqueFd held = {});

  NodeDirectory(NodeDirectory&&) = default;
  NodeDirectory& operator=(NodeDirectory&&) = default;

  const std::string& path() const { return path_; }  ///< absolute, of the node directory
  std::string state_folder() const { return path_ + "/.wampgate"; }
  std::string control_socket() const { return state_folder() + "/control.sock"; }
  std::string revisions_folder() const { return state_folder() + "/revisions"; }
  std::string operator_states() const { return state_folder() + "/operator_states"; }
  std::string upgrade_record() const { return state_folder() + "/upgrade"; }
  /// A descriptor that holds the lock.
  int lock() const { return lock_.get(); }
  std::string process_records() const { return state_folder() + "/processes"; }
  std::string counters() const { return state_folder() + "/counters"; }

  /// After a first start that failed: takes away what Open made, so that nothing is left behind. A folder
  /// that was there before stays.
  void RemoveWhatWasMade();

 private:
  NodeDirectory() = default;
  std::string path_;
  UniqueFd lock_;
  bool made_state_folder_ = false;
  bool made_revisions_folder_ = false;
};

}  // namespace wampgate::supervisor
