#include "base/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fd.hpp"

namespace wampgate {

StatusOr<std::string> ReadWholeFile(const std::string& path, std::size_t most) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat found{};
  if (!file || ::fstat(file.get(), &found) != 0) {
    const int error = errno;
    const std::string reason = fmt::format("cannot be read: {}", ErrnoText(error));
    return error == ENOENT || error == ENOTDIR ? NotFound(reason) : Unavailable(reason);
  }
  if (!S_ISREG(found.st_mode)) return FailedPrecondition("cannot be read: it is not a file");
  std::string content;
  constexpr std::size_t kLeast = 4096;
  for (;;) {
    const std::size_t before = content.size();
    const std::size_t expected = static_cast<std::size_t>(found.st_size) + 1;
    const std::size_t room =
        std::min(std::max(expected > before ? expected - before : 0, kLeast), most + 1 - before);
    content.resize(before + room);
    const ssize_t got = ::read(file.get(), content.data() + before, room);
    const int error = errno;
    content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && error == EINTR) continue;
    if (got < 0) return Unavailable(fmt::format("cannot be read: {}", ErrnoText(error)));
    if (content.size() > most) return ResourceExhausted(fmt::format("has more than {} octets", most));
    if (got == 0) return content;
  }
}

}  // namespace wampgate
