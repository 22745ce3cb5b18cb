#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"

namespace wampgate::test {

/// How to start a node.
struct NodeOptions {
  std::string configuration;  ///< text of the node file (JSON)
  std::optional<std::uint64_t> descriptors =
      {};                                   ///< RLIMIT_NOFILE, soft and hard, of the node and its workers
  std::vector<std::string> arguments = {};  ///< more for the command line
};

/// A real node: `wampgated run` with a node directory of its own. Its log is read as JSON lines. Killed with
/// all its workers by the destructor.
class NodeProcess {
 public:
  static constexpr std::chrono::milliseconds kDeadline{30000};

  /// An empty node directory; files that the configuration names can be put there before Start.
  NodeProcess();
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  /// Again, when it has ended: in the same directory, with the worker processes it left.
  void Start(const NodeOptions& options);
  /// The same node again after it has ended; the node file is left as it is.
  void Restart();
  const std::string& directory() const { return directory_; }
  pid_t pid() const { return pid_; }

  /// Waits until a log line satisfies `matches` and returns it; null if none comes in time or the node ends
  /// first.
  using Matches = std::function<bool(const nlohmann::json&)>;
  nlohmann::json AwaitLine(const Matches& matches, std::chrono::milliseconds deadline = kDeadline,
                           std::size_t from = 0);
  /// How many lines there are: for AwaitLine to look at later ones only.
  std::size_t LogMark();
  /// Waits until `processes` processes of the worker listen on the transport; its TCP port, 0 for Unix
  /// sockets and when they do not.
  int AwaitPort(const std::string& worker, const std::string& transport, int processes = 1);
  /// All log lines so far, as written.
  std::string log();

  /// Pids of the worker processes that live, by the name in their log lines ("worker/0").
  std::map<std::string, pid_t> Workers();

  void Signal(int signal) const;
  /// The exit code; nothing if the node does not end in time, 128 + the signal that ended it.
  std::optional<int> AwaitExit(std::chrono::milliseconds deadline = kDeadline);
  /// SIGTERM, then AwaitExit.
  std::optional<int> Stop();
  /// Whether no process that the node started is left. A killed process takes the kernel a moment: waits for
  /// it, far shorter than a worker lives on without its supervisor.
  bool NothingLeft(std::chrono::milliseconds deadline = std::chrono::milliseconds(2000)) const;

 private:
  void Launch(const std::vector<std::string>& arguments, const NodeOptions& options, int log_pipe) const;
  bool ReadLog(std::chrono::milliseconds wait);
  void NoteChildren();

  void Launch();
  std::string directory_;
  NodeOptions options_;
  pid_t pid_ = -1;
  UniqueFd log_;
  std::string partial_;
  std::string text_;
  std::vector<nlohmann::json> lines_;
  std::map<pid_t, std::string> children_;  // every child ever seen, with its start time
  std::optional<int> exit_code_;
};

}  // namespace wampgate::test
