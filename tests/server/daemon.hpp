#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace wampgate::test {

/// `wampgated ARGUMENTS…` with its output in a file; killed with its workers if it still runs at the end.
class Daemon {
 public:
  /// `sockets` are passed as a service manager does (sd_listen_fds(3)).
  explicit Daemon(const std::vector<std::string>& arguments, const std::string& output,
                  const std::vector<int>& sockets = {});
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  pid_t pid() const { return pid_; }
  /// What it has written so far.
  std::string Output() const;
  /// Waits until the output holds `text`.
  bool AwaitOutput(const std::string& text, std::chrono::seconds deadline = std::chrono::seconds(30)) const;
  void Signal(int signal) const;
  /// Its exit code, or -signal; nothing if it still runs at the deadline.
  std::optional<int> AwaitExit(std::chrono::seconds deadline = std::chrono::seconds(30));
  /// Pids of its worker processes.
  std::vector<pid_t> Workers() const;

 private:
  std::string output_;
  pid_t pid_ = 0;
  std::optional<int> exit_;
};

/// Asks every few milliseconds until it holds or the deadline is over.
bool Await(const std::function<bool()>& holds, std::chrono::seconds deadline = std::chrono::seconds(30));
bool Lives(pid_t pid);
/// A TCP port of 127.0.0.1 that is free now.
std::uint16_t FreePort();

/// GET /; the status code, 0 if the connection was refused, reset or not answered within 10 s.
int Get(std::uint16_t port);
/// A connection that sends nothing; -1 if refused.
int Hold(std::uint16_t port);

/// A node directory of its own with a node file.
class NodeFolder {
 public:
  NodeFolder();
  ~NodeFolder() { std::filesystem::remove_all(path_); }
  NodeFolder(const NodeFolder&) = delete;
  NodeFolder& operator=(const NodeFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  void Write(const nlohmann::json& document) const;
  std::vector<std::string> Run() const { return {"run", "--node-dir", path_}; }
  std::string Log() const { return path_ + ".log"; }

 private:
  std::string path_;
};

/// One proxy worker `front` with a page at / on a port of 127.0.0.1.
struct WebNode {
  std::uint16_t port = 0;
  int processes = 1;
  int grace = 2000;
};
nlohmann::json Document(const WebNode& node);

}  // namespace wampgate::test
