#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/status.hpp"

namespace wampgate::server {

struct OutputFile {
  std::string path;
  std::string content;
};

enum class Existing : unsigned char { kKeep, kReplace };
enum class Outcome : unsigned char { kNew, kReplaced, kUnchanged };

/// Writes all files to disk, or none: each appears under its name as a whole, after all of them are on the
/// disk. A file that has the content already is left alone; with kKeep another one is an error, and what is
/// no regular file always is. Errors name the file and say what to do. Folders must exist.
StatusOr<std::vector<Outcome>> WriteAll(const std::vector<OutputFile>& files, mode_t mode, Existing existing);

}  // namespace wampgate::server
