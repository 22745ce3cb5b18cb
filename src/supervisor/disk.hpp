#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/status.hpp"

namespace wampgate::supervisor {

/// The steps that files are made durable with, one by one, so that a test can fail or stop at each. The base
/// class is the real disk. Paths are absolute; every failure names the path.
class Disk {
 public:
  virtual ~Disk() = default;
  /// Creates or replaces the file (mode 0600) and returns once its content is on the disk.
  virtual Status WriteAndSync(const std::string& path, const std::string& content);
  /// Writes at the end of a file that is there, and returns once that is on the disk.
  virtual Status AppendAndSync(const std::string& path, const std::string& content);
  /// Cuts the file off, and returns once that is on the disk.
  virtual Status Truncate(const std::string& path, std::size_t size);
  /// As WriteAndSync, without waiting for the disk.
  virtual Status Write(const std::string& path, const std::string& content);
  virtual Status Rename(const std::string& from, const std::string& to);
  /// Returns once the names in the folder are on the disk.
  virtual Status SyncFolder(const std::string& path);
  virtual Status Remove(const std::string& path);
  virtual StatusOr<std::string> Read(const std::string& path);
  /// Names in the folder, without "." and "..".
  virtual StatusOr<std::vector<std::string>> List(const std::string& folder);
};

}  // namespace wampgate::supervisor
