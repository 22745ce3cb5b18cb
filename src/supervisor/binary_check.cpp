#include "supervisor/binary_check.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/build_id.hpp"
#include "control/protocol.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::size_t kMostOutput = 4096;
constexpr std::string_view kCommandLines = "command-lines";

std::string ReadAll(int fd) {
  std::string text(kMostOutput, '\0');
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

std::string FactsText() {
  return fmt::format("wampgated {}\nbuild {}\nprotocol {} {}\nchecks {}\n", WAMPGATE_VERSION, BuildId(),
                     control::kOldestProtocolVersion, control::kProtocolVersion, kCommandLines);
}

StatusOr<BinaryFacts> ParseFacts(const std::string& text) {
  BinaryFacts facts;
  std::istringstream words(text);
  std::string name, version, build, protocol;
  words >> name >> version >> build >> facts.build_id >> protocol >> facts.oldest_protocol >>
      facts.newest_protocol;
  if (!words || name != "wampgated" || build != "build" || protocol != "protocol")
    return InvalidArgument("it does not say what a wampgated says");
  std::string checks, what;
  facts.checks_command_lines = words >> checks >> what && checks == "checks" && what == kCommandLines;
  return facts;
}

BinaryCheck::BinaryCheck(net::Loop& loop, Subject subject, Done done)
    : loop_(loop), subject_(std::move(subject)), done_(std::move(done)) {}

BinaryCheck::~BinaryCheck() {
  if (child_ != nullptr) child_->Signal(SIGKILL);
}

Status BinaryCheck::LookAtFile() const {
  const std::string& path = subject_.path;
  if (path.empty() || path[0] != '/') {
    return InvalidArgument(
        fmt::format("path: expected the absolute path of a wampgated, found \"{}\"", path));
  }
  struct stat there{};
  if (::stat(path.c_str(), &there) != 0) return FailedPrecondition(Message(ErrnoStatus(errno, path)));
  if (!S_ISREG(there.st_mode)) return FailedPrecondition(fmt::format("{} is no file", path));
  if (::access(path.c_str(), X_OK) != 0)
    return FailedPrecondition(fmt::format("{} may not be executed by the node's user: chmod +x", path));
  return OkStatus();
}

void BinaryCheck::Start() {
  if (const Status status = LookAtFile(); !status.ok()) return Finish(status);
  Run({subject_.path, "facts"}, [this](const auto& exit, const auto& output) { OnFacts(exit, output); });
}

void BinaryCheck::Run(std::vector<std::string> arguments, Then then) {
  output_.Reset(::memfd_create("wampgate-check", MFD_CLOEXEC));
  if (!output_) return Finish(ErrnoStatus(errno, "memory for the output of a check"));
  ChildCommand command;
  command.executable = subject_.path;
  command.arguments = std::move(arguments);
  command.output = output_.get();
  late_ = false;
  auto child = Child::Spawn(loop_, command, [this, then = std::move(then)](const ChildExit& exit) {
    deadline_.Stop();
    loop_.DeleteLater(std::move(child_));
    const std::string output = ReadAll(output_.get());
    if (late_) return Refuse(fmt::format("it does not end within {} s", kDeadline.count()));
    then(exit, output);
  });
  if (!child.ok()) return Refuse(std::string(Message(child.status())));
  child_ = *std::move(child);
  deadline_.Start(loop_.timers(), kDeadline, [this] {
    late_ = true;
    child_->Signal(SIGKILL);
  });
}

void BinaryCheck::OnFacts(const ChildExit& exit, const std::string& output) {
  const StatusOr<BinaryFacts> facts = ParseFacts(output);
  if (!exit.orderly() || !facts.ok()) {
    return Refuse(
        fmt::format("it is no wampgated that can take a running node over: `{} facts` ended with {} and "
                    "says: {}",
                    subject_.path, ToString(exit), output.empty() ? "nothing" : output));
  }
  facts_ = *facts;
  if (control::CommonVersion(facts_.oldest_protocol, facts_.newest_protocol) == 0) {
    return Refuse(
        fmt::format("it speaks versions {} to {} of the control protocol, this one {} to {}, so that the "
                    "processes could not be taken over: go by way of a release in between",
                    facts_.oldest_protocol, facts_.newest_protocol, control::kOldestProtocolVersion,
                    control::kProtocolVersion));
  }
  if (!facts_.checks_command_lines || subject_.command_line.size() < 2) return CheckDocument();
  std::vector<std::string> arguments{subject_.path, "facts"};
  arguments.insert(arguments.end(), subject_.command_line.begin() + 1, subject_.command_line.end());
  Run(std::move(arguments), [this](const auto& read, const auto& text) {
    if (read.orderly()) return CheckDocument();
    Refuse(fmt::format(
        "it does not understand the command line that the node runs with ({}): {}. Have the node run with "
        "one that both understand first: change it where the node is started, then kill -9 the supervisor; "
        "the one that is started in its place takes processes and sessions over",
        ToString(read), text));
  });
}

void BinaryCheck::CheckDocument() {
  Run({subject_.path, "check", "--node-dir", subject_.node_directory, subject_.document},
      [this](const auto& checked, const auto& text) { OnChecked(checked, text); });
}

void BinaryCheck::OnChecked(const ChildExit& exit, const std::string& output) {
  if (exit.orderly()) return Finish(facts_);
  Refuse(fmt::format("its `check` refuses revision {}, which runs ({}): {}", subject_.revision,
                     ToString(exit), output));
}

void BinaryCheck::Refuse(const std::string& why) {
  Finish(FailedPrecondition(fmt::format("{}: {}. Nothing was changed", subject_.path, why)));
}

void BinaryCheck::Finish(StatusOr<BinaryFacts> result) {
  const Done done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace wampgate::supervisor
