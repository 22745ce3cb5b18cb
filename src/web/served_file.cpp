#include "web/served_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace wampgate::web {
namespace {

constexpr std::uint64_t kReadAtOnce = 64 * 1024;

std::uint64_t LengthOf(const BodyPart& part) {
  if (const auto* text = std::get_if<std::string>(&part)) return text->size();
  return std::get<ByteRange>(part).length;
}

// Octets from `offset` of the body, out of the part that holds them.
std::string ReadParts(const Content& content, const std::vector<BodyPart>& parts, std::uint64_t offset,
                      std::size_t most) {
  for (const BodyPart& part : parts) {
    const std::uint64_t length = LengthOf(part);
    if (offset >= length) {
      offset -= length;
      continue;
    }
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length - offset, most));
    if (const auto* text = std::get_if<std::string>(&part)) {
      return text->substr(static_cast<std::size_t>(offset), wanted);
    }
    return content.Read(std::get<ByteRange>(part).first + offset, wanted);
  }
  return {};
}

}  // namespace

ServedFile::ServedFile(UniqueFd fd, const struct stat& state)
    : fd_(std::move(fd)), size_(static_cast<std::uint64_t>(state.st_size)), modified_(state.st_mtim) {}

Validators ServedFile::validators() const {
  const auto nanoseconds = static_cast<std::uint64_t>(modified_.tv_sec) * 1'000'000'000u +
                           static_cast<std::uint64_t>(modified_.tv_nsec);
  return {fmt::format("\"{:x}-{:x}\"", nanoseconds, size_), modified_.tv_sec};
}

bool ServedFile::HasChanged() const {
  struct stat now{};
  return fstat(fd_.get(), &now) != 0 || static_cast<std::uint64_t>(now.st_size) != size_ ||
         now.st_mtim.tv_sec != modified_.tv_sec || now.st_mtim.tv_nsec != modified_.tv_nsec;
}

std::string ServedFile::Read(std::uint64_t offset, std::size_t most) const {
  std::string octets(most, '\0');
  std::size_t have = 0;
  while (have < most) {
    const ssize_t n = pread(fd_.get(), octets.data() + have, most - have, static_cast<off_t>(offset + have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  if (have < most || HasChanged())
    return {};  // after reading: what was read is of the state that was promised
  return octets;
}

bool SetBody(http::Response& response, std::shared_ptr<const Content> content, std::vector<BodyPart> parts) {
  std::uint64_t length = 0;
  for (const BodyPart& part : parts) length += LengthOf(part);
  if (length > kReadAtOnce) {
    response.source = http::Response::Source{length, [content = std::move(content), parts = std::move(parts)](
                                                         std::uint64_t offset, std::size_t most) {
                                               return ReadParts(*content, parts, offset, most);
                                             }};
    return true;
  }
  while (response.body.size() < length) {
    const std::string piece = ReadParts(*content, parts, response.body.size(), kReadAtOnce);
    if (piece.empty()) return false;
    response.body += piece;
  }
  return true;
}

}  // namespace wampgate::web
