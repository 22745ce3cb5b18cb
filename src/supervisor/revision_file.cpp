#include <openssl/sha.h>

#include <string_view>

#include "supervisor/revision_store.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::string_view kMagic("WGREV\0\0\1", 8);
constexpr std::size_t kLength = 8;
constexpr std::size_t kHeader = 8 + kLength + SHA256_DIGEST_LENGTH;

std::string Digest(std::string_view octets) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), digest);
  return {reinterpret_cast<const char*>(digest), sizeof digest};
}

std::string BigEndian(std::uint64_t value) {
  std::string octets(kLength, '\0');
  for (std::size_t i = 0; i < kLength; ++i) octets[i] = static_cast<char>(value >> (56 - 8 * i));
  return octets;
}

}  // namespace

std::string EncodeRevision(const internal::Revision& revision) {
  const std::string message = revision.SerializeAsString();
  std::string file(kMagic);
  file += BigEndian(message.size());
  file += Digest(message);
  file += message;
  return file;
}

StatusOr<internal::Revision> DecodeRevision(std::string_view file) {
  if (file.size() < kHeader || file.substr(0, kMagic.size()) != kMagic) {
    return MakeStatus(StatusCode::kDataLoss, "not a revision file of this version");
  }
  const std::string_view message = file.substr(kHeader);
  if (file.substr(kMagic.size(), kLength) != BigEndian(message.size())) {
    return MakeStatus(StatusCode::kDataLoss, "the file has not the length it should have");
  }
  if (file.substr(kMagic.size() + kLength, SHA256_DIGEST_LENGTH) != Digest(message)) {
    return MakeStatus(StatusCode::kDataLoss, "the checksum does not match");
  }
  internal::Revision revision;
  if (!revision.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return MakeStatus(StatusCode::kDataLoss, "the content is no valid protobuf");
  }
  return revision;
}

}  // namespace wampgate::supervisor
