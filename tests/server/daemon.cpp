#include "server/daemon.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/fd.hpp"
#include "net/listen_socket.hpp"
#include "net/socket_address.hpp"
#include "support/proc.hpp"

namespace wampgate::test {
namespace {

using std::chrono::steady_clock;

UniqueFd Connect(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = net::IpAddress(net::IpVersion::k4, "127.0.0.1", port);
  if (::connect(socket.get(), address->get(), address->size) != 0) socket.Reset();
  return socket;
}

}  // namespace

Daemon::Daemon(const std::vector<std::string>& arguments, const std::string& output,
               const std::vector<int>& sockets)
    : output_(output) {
  std::string program = WAMPGATE_DAEMON;
  std::vector<std::string> all = {"wampgated"};
  if (!sockets.empty()) {  // LISTEN_PID is known in the new process only
    program = "/bin/sh";
    all = {"sh", "-c", fmt::format("LISTEN_FDS={} LISTEN_PID=$$ exec \"$0\" \"$@\"", sockets.size()),
           WAMPGATE_DAEMON};
  }
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : all) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  std::vector<UniqueFd> high;  // out of the way of the numbers they get
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    high.emplace_back(::fcntl(sockets[i], F_DUPFD_CLOEXEC, 100));
    posix_spawn_file_actions_adddup2(&actions, high.back().get(), 3 + static_cast<int>(i));
  }
  posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
}

Daemon::~Daemon() {
  if (exit_) return;
  const std::vector<pid_t> workers = Workers();
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  for (const pid_t worker : workers) ::kill(worker, SIGKILL);
}

std::string Daemon::Output() const {
  std::ifstream file(output_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool Daemon::AwaitOutput(const std::string& text, std::chrono::seconds deadline) const {
  return Await([&] { return Output().find(text) != std::string::npos; }, deadline);
}

void Daemon::Signal(int signal) const {
  ::kill(pid_, signal);
}

std::optional<int> Daemon::AwaitExit(std::chrono::seconds deadline) {
  int status = 0;
  if (!exit_ && Await([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, deadline)) {
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  return exit_;
}

std::vector<pid_t> Daemon::Workers() const {
  std::vector<pid_t> pids;
  for (const ProcessFacts& child : ChildrenOf(pid_)) pids.push_back(child.pid);
  return pids;
}

bool Await(const std::function<bool()>& holds, std::chrono::seconds deadline) {
  const auto end = steady_clock::now() + deadline;
  while (!holds()) {
    if (steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

bool Lives(pid_t pid) {
  const auto facts = ReadProcess(pid);
  return facts && facts->state != 'Z' && facts->state != 'X';
}

std::uint16_t FreePort() {
  net::TcpListen any;
  any.interface = "127.0.0.1";
  const auto socket = net::BindListenSocket(any, net::ReusePort::kNo);
  return socket.ok() ? net::BoundPort(socket->get()) : 0;
}

int Get(std::uint16_t port) {
  const UniqueFd socket = Connect(port);
  if (!socket) return 0;
  constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(socket.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) return 0;
  pollfd poll{socket.get(), POLLIN, 0};
  char answer[64] = {};
  if (::poll(&poll, 1, 10000) != 1 || ::recv(socket.get(), answer, sizeof answer - 1, 0) < 12) return 0;
  return std::atoi(answer + 9);
}

int Hold(std::uint16_t port) {
  return Connect(port).Release();
}

NodeFolder::NodeFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "wampgate-node-XXXXXX";
  path_ = std::filesystem::canonical(::mkdtemp(pattern.data())).string();
}

void NodeFolder::Write(const nlohmann::json& document) const {
  std::ofstream(path_ + "/config.json") << document;
}

nlohmann::json Document(const WebNode& node) {
  return {{"version", 2},
          {"controller", {{"id", "node1"}}},
          {"limits", {{"shutdown_grace", node.grace}}},
          {"workers",
           {{{"type", "proxy"},
             {"id", "front"},
             {"options", {{"processes", node.processes}}},
             {"transports",
              {{{"type", "web"},
                {"id", "public"},
                {"endpoint",
                 {{"type", "tcp"}, {"interface", "127.0.0.1"}, {"port", node.port}, {"backlog", 500}}},
                {"paths", {{"/", {{"type", "json"}, {"value", {{"page", "front"}}}}}}}}}}}}}};
}

}  // namespace wampgate::test
