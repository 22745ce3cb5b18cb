#include "web/zip_archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "web/zip_ending.hpp"

namespace wampgate::web {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kShownName = 100;

std::string OpenError(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

/// Whether libzip's error is none of the archive's content.
bool IsPassing(int code) {
  return code == ZIP_ER_MEMORY || code == ZIP_ER_READ || code == ZIP_ER_SEEK || code == ZIP_ER_OPEN;
}

bool StaysInside(std::string_view name) {
  while (true) {
    const std::size_t end = std::min(name.find('/'), name.size());
    const std::string_view part = name.substr(0, end);
    if (part.empty() || part == "." || part == ".." || part.find('\\') != std::string_view::npos)
      return false;
    if (end == name.size()) return true;
    name.remove_prefix(end + 1);
  }
}

}  // namespace

StatusOr<std::shared_ptr<ZipArchive>> ZipArchive::Open(std::string name, UniqueFd file,
                                                       const ZipLimits& limits) {
  struct stat state{};
  if (::fstat(file.get(), &state) != 0 || !S_ISREG(state.st_mode))
    return FailedPrecondition("it is not a file");
  const auto octets = static_cast<std::uint64_t>(state.st_size);
  if (octets > limits.archive)
    return ResourceExhausted(fmt::format("it has {} octets, which is more than {}", octets, limits.archive));
  if (const Status ending = CheckZipEnding(file.get(), octets); !ending.ok()) return ending;
  UniqueFd copy(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  if (!copy) return Unavailable("there are no descriptors left");
  int code = 0;
  zip* const opened = zip_fdopen(copy.get(), ZIP_CHECKCONS, &code);
  if (opened == nullptr) {
    return MakeStatus(IsPassing(code) ? StatusCode::kUnavailable : StatusCode::kFailedPrecondition,
                      "it cannot be read as a ZIP file: " + OpenError(code));
  }
  copy.Release();
  std::shared_ptr<ZipArchive> archive(
      new ZipArchive(std::move(name), std::move(file), opened, state.st_mtim, octets));
  archive->ReadIndex(limits);
  return archive;
}

ZipArchive::~ZipArchive() {
  CloseFiles();  // readers hold the archive: no other file is open
  zip_discard(zip_);
}

void ZipArchive::ReadIndex(const ZipLimits& limits) {
  std::set<std::string, std::less<>> twice;
  const zip_int64_t count = zip_get_num_entries(zip_, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* const text = zip_get_name(zip_, static_cast<zip_uint64_t>(i), 0);
    std::string name = text == nullptr ? "" : text;
    if (name.ends_with('/')) continue;  // a directory
    ZipMember member;
    if (const std::string why = WhyNot(static_cast<std::uint64_t>(i), limits, member); !why.empty()) {
      LeaveOut(name, why);
    } else if (!StaysInside(name)) {
      LeaveOut(name, "its name does not stay inside the archive");
    } else if (!members_.emplace(name, member).second) {
      twice.insert(std::move(name));
    }
  }
  for (const std::string& name : twice) {
    members_.erase(name);
    LeaveOut(name, "several members have this name");
  }
}

std::string ZipArchive::WhyNot(std::uint64_t index, const ZipLimits& limits, ZipMember& member) {
  zip_stat_t facts;
  zip_stat_init(&facts);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC |
                                   ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(zip_, index, 0, &facts) != 0 || (facts.valid & kNeeded) != kNeeded)
    return "what is said of it is not complete";
  if (facts.encryption_method != ZIP_EM_NONE) return "it is encrypted";
  if (facts.comp_method != ZIP_CM_STORE && facts.comp_method != ZIP_CM_DEFLATE)
    return fmt::format("its compression method is {}", facts.comp_method);
  if (facts.size > limits.object)
    return fmt::format("it has {} octets, which is more than {}", facts.size, limits.object);
  if (facts.comp_method == ZIP_CM_STORE && facts.size != facts.comp_size) return "its sizes contradict";
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  const bool has_mode =
      zip_file_get_external_attributes(zip_, index, 0, &system, &attributes) == 0 && system == ZIP_OPSYS_UNIX;
  const mode_t type = has_mode ? attributes >> 16 & S_IFMT : 0;
  if (type != 0 && type != S_IFREG) return "it is a symbolic link or another special file";
  member = {.index = index,
            .size = facts.size,
            .packed = facts.comp_size,
            .crc = facts.crc,
            .modified = (facts.valid & ZIP_STAT_MTIME) != 0 ? facts.mtime : 0,
            .is_deflated = facts.comp_method == ZIP_CM_DEFLATE};
  return "";
}

void ZipArchive::LeaveOut(std::string_view name, std::string_view why) {
  if (left_out_++ == 0) why_left_out_ = fmt::format("\"{}\": {}", name.substr(0, kShownName), why);
}

const ZipMember* ZipArchive::Find(std::string_view name) const {
  const auto found = members_.find(name);
  return found == members_.end() ? nullptr : &found->second;
}

bool ZipArchive::HasChanged() const {
  struct stat now{};
  return ::fstat(file_.get(), &now) != 0 || static_cast<std::uint64_t>(now.st_size) != octets_ ||
         now.st_mtim.tv_sec != modified_.tv_sec || now.st_mtim.tv_nsec != modified_.tv_nsec;
}

Status ZipArchive::Verify(const std::string& name, const ZipMember& member) {
  if (verified_.contains(member.index)) return OkStatus();
  if (const auto known = broken_.find(member.index); known != broken_.end()) return known->second;
  Status status = HasChanged() ? OkStatus() : Inflate(member);
  if (HasChanged()) {
    if (!std::exchange(is_change_told_, true)) {
      log::Warning("web",
                   "an archive is being written to, and its members cannot be served; replace it by a rename",
                   {{"file", name_}, {"member", name}});
    }
    return Unavailable("the archive was written to meanwhile");
  }
  if (status.ok()) {
    verified_.insert(member.index);
    is_trouble_told_ = false;
    return status;
  }
  if (status.code() == StatusCode::kUnavailable) {
    if (!std::exchange(is_trouble_told_, true)) {
      log::Warning("web",
                   "a member of an archive cannot be read at the moment; look at the disk and at memory",
                   {{"file", name_}, {"member", name}, {"error", Message(status)}});
    }
    return status;
  }
  log::Warning("web", "a member of an archive cannot be served; replace the archive",
               {{"file", name_}, {"member", name}, {"error", Message(status)}});
  return broken_.emplace(member.index, std::move(status)).first->second;
}

Status ZipArchive::Inflate(const ZipMember& member) {
  const std::unique_ptr<Reader> reader = OpenMember(member, Form::kInflated);
  if (reader == nullptr) {
    const std::lock_guard lock(mutex_);
    const int code = zip_error_code_zip(zip_get_error(zip_));
    return MakeStatus(IsPassing(code) ? StatusCode::kUnavailable : StatusCode::kFailedPrecondition,
                      OpenError(code));
  }
  while (reader->Read(kPiece).size() == kPiece) {
    if (reader->position() > member.size) return FailedPrecondition("it inflates to more than its size");
  }
  if (IsPassing(reader->error())) return Unavailable(OpenError(reader->error()));
  // libzip compares size and checksum at the end and fails the last read otherwise.
  if (reader->position() != member.size)
    return FailedPrecondition("it does not inflate to what its size and checksum say");
  return OkStatus();
}

std::unique_ptr<ZipArchive::Reader> ZipArchive::OpenMember(const ZipMember& member, Form form) {
  const std::lock_guard lock(mutex_);
  CloseFiles();
  zip_file* const file =
      zip_fopen_index(zip_, member.index, form == Form::kPacked ? ZIP_FL_COMPRESSED : zip_flags_t{0});
  return file == nullptr ? nullptr : std::make_unique<Reader>(shared_from_this(), file);
}

/// Under `mutex_`, or alone.
void ZipArchive::CloseFiles() {
  std::vector<zip_file*> closed;
  {
    const std::lock_guard lock(closed_mutex_);
    closed.swap(closed_);
  }
  for (zip_file* const file : closed) zip_fclose(file);
}

ZipArchive::Reader::~Reader() {
  const std::lock_guard lock(archive_->closed_mutex_);
  archive_->closed_.push_back(file_);
}

int ZipArchive::Reader::error() const {
  const std::lock_guard lock(archive_->mutex_);
  return zip_error_code_zip(zip_file_get_error(file_));
}

std::string ZipArchive::Reader::Read(std::size_t most) {
  std::string octets;
  while (octets.size() < most) {
    const std::size_t have = octets.size();
    const std::size_t piece = std::min(most - have, kPiece);
    octets.resize(have + piece);
    zip_int64_t got = 0;
    {
      const std::lock_guard lock(archive_->mutex_);
      got = zip_fread(file_, octets.data() + have, piece);
    }
    octets.resize(have + static_cast<std::size_t>(std::max<zip_int64_t>(got, 0)));
    if (got < 0) position_ = UINT64_MAX / 2;  // an error is no end
    if (got <= 0) break;
    position_ += static_cast<std::uint64_t>(got);
  }
  return octets;
}

}  // namespace wampgate::web
