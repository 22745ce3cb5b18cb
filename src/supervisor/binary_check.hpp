#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "supervisor/child.hpp"

namespace wampgate::supervisor {

/// What `wampgated facts` says of its binary.
struct BinaryFacts {
  std::string build_id;
  std::uint32_t oldest_protocol = 0, newest_protocol = 0;  ///< of the control channel
  /// `facts ARGUMENTS` fails unless they are the command line of a node that it understands.
  bool checks_command_lines = false;
};
/// As text, a line each: "wampgated 0.1.0", "build …", "protocol OLDEST NEWEST", "checks command-lines".
std::string FactsText();
StatusOr<BinaryFacts> ParseFacts(const std::string& text);

/// Finds out whether a binary could run the node in place of this one: it is run, says what it is, reads the
/// command line that it is to be run with, and checks the configuration. Every failure is FAILED_PRECONDITION
/// with what to do. Loop's thread only; destroyed by DeleteLater after `done`, or at any time.
class BinaryCheck final : public net::Mortal {
 public:
  static constexpr std::chrono::seconds kDeadline{30};  ///< of each run

  struct Subject {
    std::string path;                       ///< of the binary
    std::string node_directory;             ///< where relative paths of the configuration start
    std::string document;                   ///< file that holds the configuration, as a node file
    std::vector<std::string> command_line;  ///< the name first
    std::uint64_t revision = 0;             ///< whose configuration it is
  };
  using Done = std::function<void(StatusOr<BinaryFacts>)>;
  BinaryCheck(net::Loop& loop, Subject subject, Done done);
  ~BinaryCheck() override;

  void Start();

 private:
  using Then = std::function<void(const ChildExit& exit, const std::string& output)>;
  Status LookAtFile() const;
  void Run(std::vector<std::string> arguments, Then then);
  void OnFacts(const ChildExit& exit, const std::string& output);
  void CheckDocument();
  void OnChecked(const ChildExit& exit, const std::string& output);
  void Refuse(const std::string& why);
  void Finish(StatusOr<BinaryFacts> result);

  net::Loop& loop_;
  Subject subject_;
  Done done_;
  BinaryFacts facts_;
  std::unique_ptr<Child> child_;
  UniqueFd output_;
  Timer deadline_;
  bool late_ = false;
};

}  // namespace wampgate::supervisor
