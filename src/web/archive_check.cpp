#include "web/archive_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace wampgate::web {
namespace {

StatusOr<std::string> Sha256Of(int file, std::uint64_t octets) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
    return Internal("SHA-256 is not available");
  std::vector<char> piece(256 * 1024);
  for (std::uint64_t at = 0; at < octets;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), octets - at));
    const ssize_t got = ::pread(file, piece.data(), wanted, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Unavailable("it cannot be read, or became shorter meanwhile");
    EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(got));
    at += static_cast<std::uint64_t>(got);
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  return fmt::format("{:02x}", fmt::join(digest, digest + size, ""));
}

}  // namespace

StatusOr<CheckedArchive> CheckArchive(UniqueFd file, const ArchiveSource& source) {
  CheckedArchive checked;
  if (!source.hashes.empty()) {
    struct stat state{};
    if (::fstat(file.get(), &state) != 0 || !S_ISREG(state.st_mode))
      return FailedPrecondition("it is not a file");
    const auto octets = static_cast<std::uint64_t>(state.st_size);
    if (octets > source.limits.archive) {
      return ResourceExhausted(
          fmt::format("it has {} octets, which is more than {}", octets, source.limits.archive));
    }
    WAMPGATE_ASSIGN_OR_RETURN(checked.sha256, Sha256Of(file.get(), octets));
    if (std::find(source.hashes.begin(), source.hashes.end(), checked.sha256) == source.hashes.end())
      return FailedPrecondition(fmt::format("its SHA-256 {} is none of `hashes`", checked.sha256));
  }
  WAMPGATE_ASSIGN_OR_RETURN(checked.archive, ZipArchive::Open(source.file, std::move(file), source.limits));
  return checked;
}

StatusOr<CheckedArchive> OpenArchive(const ArchiveSource& source) {
  UniqueFd file(::open(source.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file && errno == ENOENT) return NotFound("it is not there");
  if (!file) return Unavailable(fmt::format("it cannot be opened: {}", ErrnoText(errno)));
  return CheckArchive(std::move(file), source);
}

}  // namespace wampgate::web
