#include "web/archive_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "web/archive_member.hpp"

namespace wampgate::web {
namespace {

constexpr std::uint64_t kMostHeld = 64 * 1024 * 1024;

}  // namespace

ArchiveFile::ArchiveFile(ArchiveSource source, ArchiveDownloads& downloads)
    : source_(std::move(source)), downloads_(downloads) {}

ArchiveFile::~ArchiveFile() {
  if (is_fetched()) downloads_.Cancel(source_);
}

std::shared_ptr<ZipArchive> ArchiveFile::Current() {
  struct stat state{};
  if (::stat(source_.file.c_str(), &state) != 0) {
    seen_.reset();
    if (errno == ENOENT || errno == ENOTDIR) {
      Fetch();
      NoteMissing();
    }
    return archive_;
  }
  const Identity found{state.st_dev, state.st_ino, state.st_size, state.st_mtim.tv_sec,
                       state.st_mtim.tv_nsec};
  if (seen_ != found) Look(found);
  return archive_;
}

void ArchiveFile::Look(const Identity& found) {
  seen_ = found;
  is_missing_told_ = false;
  StatusOr<CheckedArchive> opened = OpenArchive(source_);
  if (!opened.ok()) {
    log::Warning("web",
                 archive_ ? "an archive cannot be used; what it held before stays in use. Replace the file"
                          : "an archive cannot be used; its path answers 503. Replace the file",
                 {{"file", source_.file}, {"error", Message(opened.status())}});
    return Fetch();
  }
  archive_ = std::move(opened->archive);
  held_.clear();
  held_octets_ = 0;
  log::Info("web", "serving an archive", {{"file", source_.file}, {"members", archive_->size()}});
  if (archive_->left_out() == 0) return;
  log::Warning(
      "web", "some members of an archive are not served",
      {{"file", source_.file}, {"members", archive_->left_out()}, {"first", archive_->why_left_out()}});
}

void ArchiveFile::NoteMissing() {
  if (std::exchange(is_missing_told_, true)) return;
  log::Warning("web",
               is_fetched() ? "an archive is not there; it is fetched from its origin"
                            : "an archive is not there, and may not be fetched (`origin`, `download`)",
               {{"file", source_.file}});
}

void ArchiveFile::Fetch() {
  if (is_fetched()) downloads_.Ensure(source_);
}

std::shared_ptr<const Content> ArchiveFile::Hold(const std::shared_ptr<ZipArchive>& archive,
                                                 const ZipMember& member) {
  if (archive != archive_) return nullptr;
  auto held = held_.find(member.index);
  if (held == held_.end()) {
    if (member.size > kMostHeld - held_octets_) return nullptr;
    auto octets = std::make_shared<const std::string>(
        InflatedMember(archive, member)->Read(0, static_cast<std::size_t>(member.size)));
    if (octets->size() != member.size) return nullptr;
    held_octets_ += member.size;
    held = held_.emplace(member.index, std::move(octets)).first;
  }
  return HeldMember(held->second, *archive, member);
}

std::shared_ptr<ArchiveFile> Archives::Acquire(const ArchiveSource& source) {
  std::erase_if(by_place_, [](const auto& entry) { return entry.second.second.expired(); });
  const auto [begin, end] = by_place_.equal_range(source.file);
  for (auto known = begin; known != end; ++known) {
    std::shared_ptr<ArchiveFile> file = known->second.second.lock();
    if (file && known->second.first == source) return file;
  }
  auto file = std::make_shared<ArchiveFile>(source, downloads_);
  by_place_.emplace(source.file, std::pair{source, std::weak_ptr<ArchiveFile>(file)});
  return file;
}

}  // namespace wampgate::web
