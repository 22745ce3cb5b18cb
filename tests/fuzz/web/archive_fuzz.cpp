// Octets as an archive: opened as the `archive` service does it, and every member read in both forms.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "web/archive_member.hpp"
#include "web/zip_archive.hpp"

using namespace wampgate;

namespace {

constexpr std::uint64_t kMost = 64 * 1024;

void ReadAll(const web::Content& content) {
  const auto size = static_cast<std::size_t>(content.size());
  if (size == 0) return;
  const std::string octets = content.Read(0, size);
  if (octets.size() != size) std::abort();  // it was verified
  if (content.Read(size / 2, size - size / 2) != octets.substr(size / 2)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  UniqueFd file(::memfd_create("archive", MFD_CLOEXEC));
  if (!file || ::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  const auto archive =
      web::ZipArchive::Open("fuzz.zip", std::move(file), {.archive = 1024 * 1024, .object = kMost});
  if (!archive.ok()) return 0;
  for (const auto& [name, member] : (*archive)->members()) {
    if (member.size > kMost || name.starts_with("../") || name.starts_with('/')) std::abort();
    if (!(*archive)->Verify(name, member).ok()) continue;
    ReadAll(*web::InflatedMember(*archive, member));
    if (member.is_deflated) ReadAll(*web::GzippedMember(*archive, member));
  }
  return 0;
}
