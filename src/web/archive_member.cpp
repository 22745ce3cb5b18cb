#include "web/archive_member.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace wampgate::web {
namespace {

constexpr std::size_t kSkipped = 64 * 1024;
constexpr std::string_view kGzipHeader("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);

/// A member says when it was changed, unless that is to come or nothing; then the archive does.
Validators ValidatorsOf(const ZipArchive& archive, const ZipMember& member, std::string_view form) {
  const bool is_sound = member.modified > 0 && member.modified <= std::time(nullptr);
  const std::time_t modified = is_sound ? member.modified : archive.modified();
  return {fmt::format("\"{:08x}-{:x}-{:x}{}\"", member.crc, member.size, member.modified, form), modified};
}

std::string LittleEndian(std::uint32_t number) {
  std::string octets;
  for (int shift = 0; shift < 32; shift += 8) octets += static_cast<char>(number >> shift);
  return octets;
}

/// A member's octets in one form, in any order of offsets.
class MemberOctets {
 public:
  MemberOctets(std::shared_ptr<ZipArchive> archive, const ZipMember& member, ZipArchive::Form form)
      : archive_(std::move(archive)), member_(member), form_(form) {}

  const ZipArchive& archive() const { return *archive_; }
  const ZipMember& member() const { return member_; }

  std::string Read(std::uint64_t offset, std::size_t most) const {
    if (reader_ == nullptr || reader_->position() > offset) reader_ = archive_->OpenMember(member_, form_);
    if (reader_ == nullptr) return {};
    while (reader_->position() < offset) {
      const auto wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(offset - reader_->position(), kSkipped));
      if (reader_->Read(wanted).size() < wanted) return {};
    }
    std::string octets = reader_->Read(most);
    if (octets.size() < most || archive_->HasChanged()) return {};
    return octets;
  }

 private:
  std::shared_ptr<ZipArchive> archive_;
  ZipMember member_;
  ZipArchive::Form form_;
  mutable std::unique_ptr<ZipArchive::Reader> reader_;
};

class Inflated final : public Content {
 public:
  Inflated(std::shared_ptr<ZipArchive> archive, const ZipMember& member)
      : octets_(std::move(archive), member, ZipArchive::Form::kInflated) {}
  std::uint64_t size() const override { return octets_.member().size; }
  bool seeks() const override { return false; }
  Validators validators() const override { return ValidatorsOf(octets_.archive(), octets_.member(), ""); }
  std::string Read(std::uint64_t offset, std::size_t most) const override {
    return octets_.Read(offset, most);
  }

 private:
  MemberOctets octets_;
};

class Gzipped final : public Content {
 public:
  Gzipped(std::shared_ptr<ZipArchive> archive, const ZipMember& member)
      : octets_(std::move(archive), member, ZipArchive::Form::kPacked),
        trailer_(LittleEndian(member.crc) + LittleEndian(static_cast<std::uint32_t>(member.size))) {}
  std::uint64_t size() const override { return octets_.member().packed + kGzipFrame; }
  bool seeks() const override { return false; }
  Validators validators() const override {
    return ValidatorsOf(octets_.archive(), octets_.member(), "-gzip");
  }

  std::string Read(std::uint64_t offset, std::size_t most) const override {
    std::string octets;
    const std::uint64_t packed_end = kGzipHeader.size() + octets_.member().packed;
    while (octets.size() < most) {
      const std::uint64_t at = offset + octets.size();
      const std::size_t wanted = most - octets.size();
      std::string piece;
      if (at < kGzipHeader.size()) {
        piece = kGzipHeader.substr(static_cast<std::size_t>(at), wanted);
      } else if (at < packed_end) {
        piece = octets_.Read(at - kGzipHeader.size(),
                             static_cast<std::size_t>(std::min<std::uint64_t>(wanted, packed_end - at)));
      } else {
        piece = trailer_.substr(static_cast<std::size_t>(at - packed_end), wanted);
      }
      if (piece.empty()) return {};
      octets += piece;
    }
    return octets;
  }

 private:
  MemberOctets octets_;
  std::string trailer_;
};

class Held final : public Content {
 public:
  Held(std::shared_ptr<const std::string> octets, Validators validators)
      : octets_(std::move(octets)), validators_(std::move(validators)) {}
  std::uint64_t size() const override { return octets_->size(); }
  Validators validators() const override { return validators_; }
  std::string Read(std::uint64_t offset, std::size_t most) const override {
    return octets_->substr(static_cast<std::size_t>(offset), most);
  }

 private:
  std::shared_ptr<const std::string> octets_;
  Validators validators_;
};

}  // namespace

std::shared_ptr<const Content> InflatedMember(std::shared_ptr<ZipArchive> archive, const ZipMember& member) {
  return std::make_shared<const Inflated>(std::move(archive), member);
}

std::shared_ptr<const Content> GzippedMember(std::shared_ptr<ZipArchive> archive, const ZipMember& member) {
  return std::make_shared<const Gzipped>(std::move(archive), member);
}

std::shared_ptr<const Content> HeldMember(std::shared_ptr<const std::string> octets,
                                          const ZipArchive& archive, const ZipMember& member) {
  return std::make_shared<const Held>(std::move(octets), ValidatorsOf(archive, member, ""));
}

}  // namespace wampgate::web
