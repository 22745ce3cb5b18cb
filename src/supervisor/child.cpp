#include "supervisor/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/background.hpp"
#include "supervisor/pidfd.hpp"

namespace wampgate::supervisor {
namespace {

/// posix_spawn's two attribute objects, freed when it is done.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (output >= 0) {
      posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
      posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
};

std::vector<std::string> Environment(const ChildCommand& command) {
  std::map<std::string, std::string> all;
  if (command.inherit == ChildCommand::Inherit::kEnvironment) {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      const std::size_t equals = text.find('=');
      if (equals == std::string_view::npos) continue;
      all.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    all.erase("NOTIFY_SOCKET");  // readiness is the supervisor's to tell
  }
  for (const auto& [name, value] : command.environment) all[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> Pointers(std::vector<std::string>& lines) {
  std::vector<char*> pointers;
  for (std::string& line : lines) pointers.push_back(line.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string ToString(const ChildExit& exit) {
  if (exit.how == ChildExit::How::kUnknown)
    return "ended, how is not known: a supervisor that died had started it";
  if (exit.how == ChildExit::How::kCode) return fmt::format("exit code {}", exit.number);
  const char* name = ::sigabbrev_np(exit.number);
  return fmt::format("killed by signal {} (SIG{})", exit.number, name == nullptr ? "?" : name);
}

std::uint64_t ProcessStartTime(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(file, line);
  const std::size_t after_name = line.rfind(')');  // the name may hold anything
  if (after_name == std::string::npos) return 0;
  std::istringstream fields(line.substr(after_name + 1));
  std::string state;
  fields >> state;
  if (state == "Z" || state == "X") return 0;
  std::uint64_t value = 0;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> value;
  return fields ? value : 0;
}

std::chrono::system_clock::time_point ProcessStartedAt(pid_t pid) {
  timespec since_boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const auto ticks = static_cast<double>(ProcessStartTime(pid));
  const double age =
      static_cast<double>(since_boot.tv_sec) - ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return std::chrono::system_clock::now() - std::chrono::seconds(static_cast<std::int64_t>(age));
}

StatusOr<std::unique_ptr<Child>> Child::Spawn(net::Loop& loop, const ChildCommand& command, OnExit on_exit) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = Environment(command);
  const SpawnSettings settings(command.output);
  pid_t pid = 0;
  int error = 0;
  {
    const ForegroundScope inherited;
    error = ::posix_spawn(&pid, command.executable.c_str(), &settings.actions, &settings.attributes,
                          Pointers(arguments).data(), Pointers(environment).data());
  }
  if (error != 0) return ErrnoStatus(error, fmt::format("starting {}", command.executable));
  UniqueFd pidfd = OpenPidfd(pid);
  if (!pidfd) {
    const int failure = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return ErrnoStatus(failure, "watching a new process (pidfd_open)");
  }
  std::unique_ptr<Child> child(new Child(loop, pid, std::move(pidfd), std::move(on_exit)));
  if (!child->watched_) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return ResourceExhausted("the kernel refuses to watch a new process (fs.epoll.max_user_watches)");
  }
  return child;
}

StatusOr<std::unique_ptr<Child>> Child::Watch(net::Loop& loop, pid_t pid, UniqueFd pidfd, OnExit on_exit) {
  std::unique_ptr<Child> child(new Child(loop, pid, std::move(pidfd), std::move(on_exit)));
  if (!child->watched_) {
    return ResourceExhausted("the kernel refuses to watch a process (fs.epoll.max_user_watches)");
  }
  return child;
}

Child::Child(net::Loop& loop, pid_t pid, UniqueFd pidfd, OnExit on_exit)
    : loop_(loop),
      pid_(pid),
      pidfd_(std::move(pidfd)),
      on_exit_(std::move(on_exit)),
      start_time_(ProcessStartTime(pid)) {
  watched_ = loop_.poller().Add(pidfd_.get(), EPOLLIN, *this);
}

Child::~Child() {
  if (watched_) loop_.poller().Remove(pidfd_.get(), *this);
}

void Child::Signal(int signal) {
  if (watched_) SignalPidfd(pidfd_, signal);
}

void Child::OnReady(std::uint32_t /*events*/) {
  siginfo_t info{};
  const int failed = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG);
  const bool not_our_child = failed != 0 && errno == ECHILD;
  if (!not_our_child && (failed != 0 || info.si_pid == 0)) return;
  loop_.poller().Remove(pidfd_.get(), *this);
  watched_ = false;
  if (not_our_child) return TellOf({ChildExit::How::kUnknown, 0});
  const bool by_signal = info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
  TellOf({by_signal ? ChildExit::How::kSignal : ChildExit::How::kCode, info.si_status});
}

void Child::TellOf(const ChildExit& exit) {
  const OnExit on_exit = std::move(on_exit_);
  on_exit(exit);
}

}  // namespace wampgate::supervisor
