#include "supervisor/revision_store.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/field_mask_util.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/check.hpp"
#include "base/log.hpp"
#include "supervisor/revision_log.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::string_view kSuffix = ".revision";
// Appending to a log costs less than a new image and the removal of an old one.
constexpr std::size_t kSmallLog = 128 * 1024;

std::optional<std::uint64_t> NumberOf(std::string_view name) {
  if (name.size() <= kSuffix.size() || name.substr(name.size() - kSuffix.size()) != kSuffix)
    return std::nullopt;
  name.remove_suffix(kSuffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number == 0) return std::nullopt;
  return number;
}

/// The revision without its node, and without its file unless that differs.
internal::RevisionRecord MakeRecord(const internal::Revision& revision,
                                    const RevisionDifference& difference) {
  const bool file_differs = difference.file == RevisionDifference::File::kDiffers;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  revision.GetReflection()->ListFields(revision, &fields);
  google::protobuf::FieldMask mask;
  for (const auto* field : fields) {
    if (field->number() == internal::Revision::kNodeFieldNumber) continue;
    if (field->number() == internal::Revision::kFileFieldNumber && !file_differs) continue;
    mask.add_paths(field->name());
  }
  internal::RevisionRecord record;
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(revision, mask, {}, record.mutable_revision());
  record.set_file_differs(file_differs);
  if (difference.node != nullptr) *record.mutable_delta() = *difference.node;
  return record;
}

}  // namespace

std::string RevisionStore::ImagePath(std::uint64_t number) const {
  return fmt::format("{}/{:010}{}", folder_, number, kSuffix);
}

std::string RevisionStore::LogPath(std::uint64_t image) const {
  return fmt::format("{}/{:010}.log", folder_, image);
}

StatusOr<std::vector<std::uint64_t>> RevisionStore::Images() const {
  WAMPGATE_ASSIGN_OR_RETURN(const std::vector<std::string> names, disk_.List(folder_));
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : names) {
    if (const auto number = NumberOf(name)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Empty if there is none.
StatusOr<std::string> RevisionStore::ReadLog(std::uint64_t image) const {
  StatusOr<std::string> log = disk_.Read(LogPath(image));
  if (log.status().code() == StatusCode::kNotFound) return std::string();
  return log;
}

StatusOr<std::vector<std::uint64_t>> RevisionStore::AllNumbers() const {
  WAMPGATE_ASSIGN_OR_RETURN(std::vector<std::uint64_t> numbers, Images());
  for (const std::uint64_t image : std::vector<std::uint64_t>(numbers)) {
    const StatusOr<std::string> log = ReadLog(image);
    if (!log.ok()) continue;
    const std::vector<std::uint64_t> logged = RecordNumbers(*log);
    numbers.insert(numbers.end(), logged.begin(), logged.end());
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

StatusOr<std::vector<std::uint64_t>> RevisionStore::Numbers() const {
  WAMPGATE_ASSIGN_OR_RETURN(std::vector<std::uint64_t> numbers, AllNumbers());
  if (numbers.size() > kKept) numbers.erase(numbers.begin(), numbers.end() - kKept);
  return numbers;
}

StatusOr<internal::Revision> RevisionStore::LoadImage(std::uint64_t number) const {
  const StatusOr<std::string> file = disk_.Read(ImagePath(number));
  if (!file.ok()) return file.status();
  WAMPGATE_ASSIGN_OR_RETURN(internal::Revision revision, DecodeRevision(*file));
  if (revision.number() != number)
    return MakeStatus(StatusCode::kDataLoss, "the file holds another revision");
  return revision;
}

StatusOr<internal::Revision> RevisionStore::Load(std::uint64_t number) const {
  const Status not_kept = NotFound(fmt::format("revision {} is not kept; the last {} are", number, kKept));
  WAMPGATE_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> images, Images());
  const auto after = std::upper_bound(images.begin(), images.end(), number);
  if (after == images.begin()) return not_kept;
  const std::uint64_t image = *std::prev(after);
  StatusOr<internal::Revision> revision = LoadImage(image);
  if (revision.status().code() == StatusCode::kNotFound) return not_kept;
  if (!revision.ok() || image == number) return revision;
  WAMPGATE_ASSIGN_OR_RETURN(const std::string log, ReadLog(image));
  for (RecordReader reader(log); reader.Number() != 0 && reader.Number() <= number;) {
    WAMPGATE_ASSIGN_OR_RETURN(internal::RevisionRecord record, reader.Read());
    FollowRecord(std::move(record), *revision);
  }
  if (revision->number() != number) return not_kept;
  return revision;
}

// A revision may be in a log several times; it is what the last of them says.
RevisionStore::Go RevisionStore::ForEachOf(std::uint64_t image, std::uint64_t first, std::uint64_t end,
                                           const Visit& visit) const {
  StatusOr<internal::Revision> revision = LoadImage(image);
  if (!revision.ok()) return Go::kOn;
  const auto tell = [&] { return revision->number() < first ? Go::kOn : visit(*revision); };
  const StatusOr<std::string> log = ReadLog(image);
  for (RecordReader reader(log.ok() ? std::string_view(*log) : ""); reader.Number() != 0;) {
    if (reader.Number() >= end) break;
    StatusOr<internal::RevisionRecord> record = reader.Read();
    if (!record.ok()) break;
    const bool is_next = record->revision().number() != revision->number();
    if (is_next && tell() == Go::kStop) return Go::kStop;
    FollowRecord(*std::move(record), *revision);
  }
  return tell();
}

void RevisionStore::ForEach(std::uint64_t first, const Visit& visit) const {
  const StatusOr<std::vector<std::uint64_t>> numbers = Numbers();
  const StatusOr<std::vector<std::uint64_t>> images = Images();
  if (!numbers.ok() || !images.ok() || numbers->empty()) return;
  first = std::max(first, numbers->front());
  for (auto image = images->begin(); image != images->end(); ++image) {
    const auto next = std::next(image);
    const std::uint64_t end = next == images->end() ? numbers->back() + 1 : *next;
    if (end > first && ForEachOf(*image, first, end, visit) == Go::kStop) return;
  }
}

// An image is as old as its log at least.
void RevisionStore::ForEachSince(std::int64_t time, const Visit& visit) const {
  const StatusOr<std::vector<std::uint64_t>> images = Images();
  if (!images.ok()) return;
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
  for (auto image = images->rbegin(); image != images->rend(); ++image) {
    bool begins_before = false;
    const Go go = ForEachOf(*image, 0, end, [&](const internal::Revision& revision) {
      const bool is_older = revision.time_unix_milliseconds() < time;
      begins_before = begins_before || is_older;
      return is_older ? Go::kOn : visit(revision);
    });
    if (go == Go::kStop || begins_before) return;
    end = *image;
  }
}

// As far as it is sound.
void RevisionStore::FollowLog(std::uint64_t image, internal::Revision& revision) {
  const StatusOr<std::string> log = ReadLog(image);
  if (!log.ok()) {
    log::Warning("supervisor", "a log of revisions cannot be read; going on with the revision before it",
                 {{"file", LogPath(image)}, {"error", Message(log.status())}});
    return;
  }
  RecordReader reader(*log);
  while (!reader.AtEnd()) {
    StatusOr<internal::RevisionRecord> record = reader.Read();
    if (!record.ok()) {
      ++next_number_;  // it may have been somebody's
      log::Warning(
          "supervisor", "a log of revisions is damaged; going on with the last sound one in it",
          {{"file", LogPath(image)}, {"revision", revision.number()}, {"error", Message(record.status())}});
      return;
    }
    FollowRecord(*std::move(record), revision);
  }
}

StatusOr<std::optional<internal::Revision>> RevisionStore::LoadNewest() {
  WAMPGATE_ASSIGN_OR_RETURN(numbers_, AllNumbers());
  if (!numbers_.empty()) next_number_ = numbers_.back() + 1;
  WAMPGATE_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> images, Images());
  for (auto image = images.rbegin(); image != images.rend(); ++image) {
    StatusOr<internal::Revision> revision = LoadImage(*image);
    if (revision.ok()) {
      FollowLog(*image, *revision);
      return std::optional<internal::Revision>(*std::move(revision));
    }
    log::Warning("supervisor", "a revision file is damaged; falling back to the one before",
                 {{"file", ImagePath(*image)}, {"error", Message(revision.status())}});
  }
  return std::optional<internal::Revision>();
}

Status RevisionStore::WriteImage(const internal::Revision& revision) {
  const std::string path = ImagePath(revision.number());
  const std::string beside = path + ".new";
  const std::string content = EncodeRevision(revision);
  Status status = disk_.WriteAndSync(beside, content);
  if (status.ok()) status = disk_.Rename(beside, path);
  if (!status.ok()) {
    static_cast<void>(disk_.Remove(beside));
    return status;
  }
  log_ = {.image = revision.number(), .image_size = content.size()};
  return OkStatus();
}

bool RevisionStore::Fits(const std::string& record) const {
  const std::size_t size = log_.size + record.size();
  const bool is_small = size <= kSmallLog && log_.records < kKept;
  return is_small || (record.size() <= log_.image_size / 2 && size <= log_.image_size);
}

// What could not be written whole must not be read as written: the log is cut off, and not used any more.
Status RevisionStore::WriteRecord(const std::string& record) {
  const std::string path = LogPath(log_.image);
  Status status;
  if (log_.size > 0) {
    status = disk_.AppendAndSync(path, record);
  } else {
    status = disk_.WriteAndSync(path, record);
    if (status.ok()) status = disk_.SyncFolder(folder_);
  }
  if (status.ok()) {
    log_.size += record.size();
    ++log_.records;
    return status;
  }
  static_cast<void>(disk_.Truncate(path, log_.size));
  log_ = {};
  return status;
}

Status RevisionStore::Append(const internal::Revision& revision, const RevisionDifference& difference) {
  WAMPGATE_CHECK(revision.number() == next_number_);
  if (log_.image != 0 && difference.node != nullptr) {
    const std::string record = EncodeRecord(MakeRecord(revision, difference));
    if (Fits(record)) {
      WAMPGATE_RETURN_IF_ERROR(WriteRecord(record));
      numbers_.push_back(next_number_++);
      return OkStatus();
    }
  }
  const Log before = log_;
  WAMPGATE_RETURN_IF_ERROR(WriteImage(revision));
  const Status status = disk_.SyncFolder(folder_);
  if (!status.ok()) {
    static_cast<void>(disk_.Remove(ImagePath(revision.number())));
    static_cast<void>(disk_.SyncFolder(folder_));
    log_ = before;
    return status;
  }
  numbers_.push_back(next_number_++);
  RemoveOld();
  return OkStatus();
}

Status RevisionStore::Replace(const internal::Revision& revision) {
  if (log_.image != 0 && log_.size > 0) return WriteRecord(EncodeRecord(MakeRecord(revision, {})));
  WAMPGATE_RETURN_IF_ERROR(WriteImage(revision));
  return disk_.SyncFolder(folder_);
}

// Failure is harmless: the next image tries again.
void RevisionStore::RemoveOld() {
  if (numbers_.size() <= kKept) return;
  const StatusOr<std::vector<std::uint64_t>> images = Images();
  if (!images.ok() || images->empty()) return;
  const std::uint64_t oldest = numbers_[numbers_.size() - kKept];
  auto first_kept = std::upper_bound(images->begin(), images->end(), oldest);
  if (first_kept != images->begin()) --first_kept;
  for (auto image = images->begin(); image != first_kept; ++image) {
    static_cast<void>(disk_.Remove(ImagePath(*image)));
    static_cast<void>(disk_.Remove(LogPath(*image)));
  }
  numbers_.erase(numbers_.begin(), std::lower_bound(numbers_.begin(), numbers_.end(), *first_kept));
}

}  // namespace wampgate::supervisor
