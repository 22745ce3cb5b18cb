#include "supervisor/revision_log.hpp"

#include <openssl/sha.h>

#include <utility>

#include "config/node_delta.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::size_t kLength = 4;
constexpr std::size_t kNumber = 8;
constexpr std::size_t kHead = kLength + kNumber + SHA256_DIGEST_LENGTH;

std::string BigEndian(std::uint64_t value, std::size_t size) {
  std::string octets(size, '\0');
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<char>(value >> (8 * (size - 1 - i)));
  return octets;
}

std::uint64_t FromBigEndian(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char c : octets) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string Digest(std::string_view number, std::string_view message) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  std::string octets(number);
  octets.append(message);
  SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), digest);
  return {reinterpret_cast<const char*>(digest), sizeof digest};
}

}  // namespace

std::string EncodeRecord(const internal::RevisionRecord& record) {
  const std::string message = record.SerializeAsString();
  const std::string number = BigEndian(record.revision().number(), kNumber);
  return BigEndian(message.size(), kLength) + number + Digest(number, message) + message;
}

std::size_t RecordReader::Size() const {
  if (rest_.size() < kHead) return 0;
  const std::size_t size = kHead + FromBigEndian(rest_.substr(0, kLength));
  return size <= rest_.size() ? size : 0;
}

std::uint64_t RecordReader::Number() const {
  return Size() == 0 ? 0 : FromBigEndian(rest_.substr(kLength, kNumber));
}

void RecordReader::Skip() {
  rest_.remove_prefix(Size());
}

StatusOr<internal::RevisionRecord> RecordReader::Read() {
  const std::string_view record = rest_.substr(0, Size());
  rest_.remove_prefix(record.size());
  if (record.empty()) return MakeStatus(StatusCode::kDataLoss, "the log ends in the middle of a revision");
  const std::string_view message = record.substr(kHead);
  if (record.substr(kLength + kNumber, SHA256_DIGEST_LENGTH) !=
      Digest(record.substr(kLength, kNumber), message)) {
    return MakeStatus(StatusCode::kDataLoss, "the checksum of a revision in the log does not match");
  }
  internal::RevisionRecord read;
  if (!read.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return MakeStatus(StatusCode::kDataLoss, "a revision in the log is no valid protobuf");
  }
  return read;
}

std::vector<std::uint64_t> RecordNumbers(std::string_view log) {
  std::vector<std::uint64_t> numbers;
  for (RecordReader reader(log); reader.Number() != 0; reader.Skip()) {
    const std::uint64_t number = reader.Number();
    const bool follows = numbers.empty() || number == numbers.back() + 1;
    if (follows) numbers.push_back(number);
    if (!follows && number != numbers.back()) break;  // the head is damaged
  }
  return numbers;
}

void FollowRecord(internal::RevisionRecord record, internal::Revision& revision) {
  internal::Revision& next = *record.mutable_revision();
  if (record.has_delta()) config::ApplyDelta(std::move(*record.mutable_delta()), *revision.mutable_node());
  next.mutable_node()->Swap(revision.mutable_node());
  if (!record.file_differs() && revision.has_file()) next.mutable_file()->Swap(revision.mutable_file());
  revision.Swap(&next);
}

}  // namespace wampgate::supervisor
