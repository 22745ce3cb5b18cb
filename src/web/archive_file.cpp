#include "web/archive_file.hpp"

#include <cerrno>
#include <utility>

#include "base/log.hpp"
#include "web/archive_member.hpp"

namespace wampgate::web {
namespace {

constexpr std::uint64_t kMostHeld = 64 * 1024 * 1024;

}  // namespace

ArchiveFile::ArchiveFile(ArchiveSource source, ArchiveDownloads& downloads, std::chrono::milliseconds pause)
    : source_(std::move(source)), downloads_(downloads), pause_(pause) {}

ArchiveFile::~ArchiveFile() {
  if (is_fetched()) downloads_.Cancel(source_);
}

std::shared_ptr<ZipArchive> ArchiveFile::Current() {
  struct stat state{};
  if (::stat(source_.file.c_str(), &state) != 0) {
    const int why = errno;
    seen_.reset();
    if (why != ENOENT && why != ENOTDIR) {
      NoteUnreachable(why);
      return archive_;
    }
    told_unreachable_ = 0;
    Fetch();
    NoteMissing();
    return archive_;
  }
  told_unreachable_ = 0;
  const Identity found{state.st_dev,         state.st_ino,          state.st_size,
                       state.st_mtim.tv_sec, state.st_mtim.tv_nsec, state.st_ctim.tv_sec,
                       state.st_ctim.tv_nsec};
  const bool is_due = look_again_ && std::chrono::steady_clock::now() >= *look_again_;
  if (seen_ != found || is_due) Look(found);
  return archive_;
}

void ArchiveFile::Look(const Identity& found) {
  if (std::exchange(seen_, found) != found) told_.clear();  // another file: whatever it is, it is news
  is_missing_told_ = false;
  StatusOr<CheckedArchive> opened = OpenArchive(source_);
  if (!opened.ok()) {
    // What is wrong with the content stays wrong.
    look_again_.reset();
    if (opened.status().code() == StatusCode::kUnavailable)
      look_again_ = std::chrono::steady_clock::now() + pause_;
    NoteUnusable(opened.status());
    return Fetch();
  }
  look_again_.reset();
  told_.clear();
  archive_ = std::move(opened->archive);
  held_.clear();
  held_octets_ = 0;
  log::Info("web", "serving an archive", {{"file", source_.file}, {"members", archive_->size()}});
  if (archive_->left_out() == 0) return;
  log::Warning(
      "web", "some members of an archive are not served",
      {{"file", source_.file}, {"members", archive_->left_out()}, {"first", archive_->why_left_out()}});
}

void ArchiveFile::NoteUnusable(const Status& why) {
  if (told_ == Message(why)) return;
  told_ = Message(why);
  if (look_again_) {
    return log::Warning("web",
                        archive_
                            ? "an archive cannot be read; what it held before stays in use. It is tried "
                              "again: remove what the error names"
                            : "an archive cannot be read; its path answers 503. It is tried again: remove "
                              "what the error names",
                        {{"file", source_.file}, {"error", told_}});
  }
  log::Warning("web",
               archive_ ? "an archive cannot be used; what it held before stays in use. Replace the file, or "
                          "let it be read"
                        : "an archive cannot be used; its path answers 503. Replace the file, or let it be "
                          "read",
               {{"file", source_.file}, {"error", told_}});
}

void ArchiveFile::NoteUnreachable(int error_number) {
  if (std::exchange(told_unreachable_, error_number) == error_number) return;
  log::Warning("web",
               archive_ ? "an archive cannot be reached; what it held before stays in use. See that its "
                          "folders may be searched"
                        : "an archive cannot be reached; its path answers 503. See that its folders may be "
                          "searched",
               {{"file", source_.file}, {"error", ErrnoText(error_number)}});
}

void ArchiveFile::NoteMissing() {
  if (std::exchange(is_missing_told_, true)) return;
  log::Warning("web",
               is_being_fetched() ? "an archive is not there; it is fetched from its origin"
               : is_fetched()     ? "an archive is not there, and is not being fetched at the moment"
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
