#include "supervisor/revision_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/check.hpp"
#include "base/log.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::string_view kSuffix = ".revision";

std::optional<std::uint64_t> NumberOf(std::string_view name) {
  if (name.size() <= kSuffix.size() || name.substr(name.size() - kSuffix.size()) != kSuffix)
    return std::nullopt;
  name.remove_suffix(kSuffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

std::string RevisionStore::Path(std::uint64_t number) const {
  return fmt::format("{}/{:010}{}", folder_, number, kSuffix);
}

StatusOr<std::vector<std::uint64_t>> RevisionStore::Numbers() const {
  WAMPGATE_ASSIGN_OR_RETURN(const std::vector<std::string> names, disk_.List(folder_));
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : names) {
    if (const auto number = NumberOf(name)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

StatusOr<internal::Revision> RevisionStore::Load(std::uint64_t number) const {
  const StatusOr<std::string> file = disk_.Read(Path(number));
  if (file.status().code() == StatusCode::kNotFound) {
    return NotFound(fmt::format("revision {} is not kept; the last {} are", number, kKept));
  }
  if (!file.ok()) return file.status();
  WAMPGATE_ASSIGN_OR_RETURN(internal::Revision revision, DecodeRevision(*file));
  if (revision.number() != number)
    return MakeStatus(StatusCode::kDataLoss, "the file holds another revision");
  return revision;
}

StatusOr<std::optional<internal::Revision>> RevisionStore::LoadNewest() {
  WAMPGATE_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> numbers, Numbers());
  if (!numbers.empty()) next_number_ = numbers.back() + 1;
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    StatusOr<internal::Revision> revision = Load(*number);
    if (revision.ok()) return std::optional<internal::Revision>(*std::move(revision));
    log::Warning("supervisor", "a revision file is damaged; falling back to the one before",
                 {{"file", Path(*number)}, {"error", Message(revision.status())}});
  }
  return std::optional<internal::Revision>();
}

Status RevisionStore::Write(const internal::Revision& revision) {
  const std::string path = Path(revision.number());
  const std::string beside = path + ".new";
  Status status = disk_.WriteAndSync(beside, EncodeRevision(revision));
  if (status.ok()) status = disk_.Rename(beside, path);
  if (!status.ok()) {
    static_cast<void>(disk_.Remove(beside));
    return status;
  }
  return OkStatus();
}

Status RevisionStore::Append(const internal::Revision& revision) {
  WAMPGATE_CHECK(revision.number() == next_number_);
  WAMPGATE_RETURN_IF_ERROR(Write(revision));
  const Status status = disk_.SyncFolder(folder_);
  if (!status.ok()) {
    static_cast<void>(disk_.Remove(Path(revision.number())));
    static_cast<void>(disk_.SyncFolder(folder_));
    return status;
  }
  ++next_number_;
  RemoveOld();
  return OkStatus();
}

Status RevisionStore::Replace(const internal::Revision& revision) {
  WAMPGATE_RETURN_IF_ERROR(Write(revision));
  return disk_.SyncFolder(folder_);
}

// Failure is harmless: the next Append tries again.
void RevisionStore::RemoveOld() {
  const StatusOr<std::vector<std::uint64_t>> numbers = Numbers();
  if (!numbers.ok() || numbers->size() <= kKept) return;
  for (std::size_t i = 0; i + kKept < numbers->size(); ++i)
    static_cast<void>(disk_.Remove(Path((*numbers)[i])));
}

}  // namespace wampgate::supervisor
