#include "support/node_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <thread>

#include "support/proc.hpp"

namespace wampgate::test {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds Until(Clock::time_point end) {
  return std::max(std::chrono::milliseconds(0),
                  std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()));
}

std::string MakeDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "wampgate-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a directory for the node");
  return pattern;
}

int PortIn(const std::string& address) {
  const auto colon = address.rfind(':');
  return address.starts_with("tcp") && colon != std::string::npos ? std::atoi(address.c_str() + colon + 1)
                                                                  : 0;
}

}  // namespace

NodeProcess::NodeProcess() : directory_(MakeDirectory()) {}

NodeProcess::~NodeProcess() {
  NoteChildren();
  if (pid_ > 0 && !exit_code_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const auto& [child, started] : children_) {
    const auto facts = ReadProcess(child);
    if (facts && facts->started == started) kill(child, SIGKILL);
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void NodeProcess::Start(const NodeOptions& options) {
  std::ofstream(directory_ + "/config.json") << options.configuration;
  options_ = options;
  exit_code_.reset();
  Launch();
}

void NodeProcess::Restart() {
  exit_code_.reset();
  partial_.clear();
  lines_.clear();
  Launch();
}

void NodeProcess::Launch() {
  const NodeOptions& options = options_;
  std::vector<std::string> arguments{WAMPGATED, "run", "--node-dir", directory_, "--log-format", "json"};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  log_.Reset(ends[0]);
  const UniqueFd write_end(ends[1]);
  fcntl(log_.get(), F_SETFL, O_NONBLOCK);
  pid_ = fork();
  if (pid_ == 0) Launch(arguments, options, write_end.get());
}

/// In the child, between fork and exec.
void NodeProcess::Launch(const std::vector<std::string>& arguments, const NodeOptions& options,
                         int log_pipe) const {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  if (options.descriptors) {
    const rlimit limit{*options.descriptors, *options.descriptors};
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  dup2(log_pipe, STDOUT_FILENO);
  dup2(log_pipe, STDERR_FILENO);
  execv(pointers[0], pointers.data());
  _exit(127);
}

// Whether the log is still open.
bool NodeProcess::ReadLog(std::chrono::milliseconds wait) {
  pollfd poll_entry{log_.get(), POLLIN, 0};
  if (poll(&poll_entry, 1, static_cast<int>(wait.count())) <= 0) return true;
  char octets[16384];
  const ssize_t count = read(log_.get(), octets, sizeof(octets));
  if (count <= 0) return count < 0 && errno == EAGAIN;
  partial_.append(octets, static_cast<std::size_t>(count));
  text_.append(octets, static_cast<std::size_t>(count));
  for (auto end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
    nlohmann::json line = nlohmann::json::parse(partial_.substr(0, end), nullptr, false);
    if (line.is_object()) lines_.push_back(std::move(line));
    partial_.erase(0, end + 1);
  }
  return true;
}

nlohmann::json NodeProcess::AwaitLine(const Matches& matches, std::chrono::milliseconds deadline,
                                      std::size_t from) {
  const auto end = Clock::now() + deadline;
  std::size_t looked = from;
  for (bool open = true;;) {
    for (; looked < lines_.size(); ++looked) {
      if (matches(lines_[looked])) return lines_[looked];
    }
    if (!open || Clock::now() >= end) return nullptr;
    open = ReadLog(std::min(Until(end), std::chrono::milliseconds(100)));
  }
}

std::size_t NodeProcess::LogMark() {
  static_cast<void>(log());
  return lines_.size();
}

int NodeProcess::AwaitPort(const std::string& worker, const std::string& transport, int processes) {
  std::set<std::string> listening;
  const std::string name = "workers/" + worker + "/transports/" + transport;
  const nlohmann::json line = AwaitLine([&](const nlohmann::json& candidate) {
    if (candidate.value("msg", "") != "listening" || candidate.value("transport", "") != name) return false;
    listening.insert(candidate.value("process", ""));
    return static_cast<int>(listening.size()) >= processes;
  });
  NoteChildren();
  return line.is_null() ? 0 : PortIn(line.value("address", ""));
}

std::string NodeProcess::log() {
  while (log_ && ReadLog(std::chrono::milliseconds(0))) {
    pollfd poll_entry{log_.get(), POLLIN, 0};
    if (poll(&poll_entry, 1, 0) <= 0) break;
  }
  return text_;
}

std::map<std::string, pid_t> NodeProcess::Workers() {
  NoteChildren();
  std::map<std::string, pid_t> workers;
  for (const ProcessFacts& child : ChildrenOf(pid_)) {
    const std::vector<std::string> arguments = CommandLine(child.pid);
    std::string worker, process;
    for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
      if (arguments[i] == "--worker") worker = arguments[i + 1];
      if (arguments[i] == "--process") process = arguments[i + 1];
    }
    if (!worker.empty()) workers[worker + "/" + process] = child.pid;
  }
  return workers;
}

void NodeProcess::Signal(int signal) const {
  kill(pid_, signal);
}

std::optional<int> NodeProcess::AwaitExit(std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (!exit_code_) {
    NoteChildren();
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (Clock::now() >= end) {
      return std::nullopt;
    } else if (!ReadLog(std::chrono::milliseconds(10))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  static_cast<void>(log());
  return exit_code_;
}

std::optional<int> NodeProcess::Stop() {
  Signal(SIGTERM);
  return AwaitExit();
}

bool NodeProcess::NothingLeft(std::chrono::milliseconds deadline) const {
  const auto left = [](const auto& child) {
    const auto facts = ReadProcess(child.first);
    return facts && facts->started == child.second && facts->state != 'Z';
  };
  const auto end = Clock::now() + deadline;
  while (std::any_of(children_.begin(), children_.end(), left)) {
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

void NodeProcess::NoteChildren() {
  if (pid_ <= 0) return;
  for (const ProcessFacts& child : ChildrenOf(pid_)) children_[child.pid] = child.started;
}

}  // namespace wampgate::test
