#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "web/zip_limits.hpp"

struct zip;
struct zip_file;

namespace wampgate::web {

/// A file of an archive.
struct ZipMember {
  std::uint64_t index = 0;
  std::uint64_t size = 0;    ///< inflated
  std::uint64_t packed = 0;  ///< as it is in the archive
  std::uint32_t crc = 0;     ///< CRC-32 of what it inflates to
  std::time_t modified = 0;
  bool is_deflated = false;  ///< else it is stored
};

/// A ZIP file that is open, read by libzip. Served are plain files, stored or deflated, whose names stay
/// within the archive; everything else is left out: names with "..", absolute ones, symbolic links, encrypted
/// members, other methods, members over the limit. Where a name stands twice nothing is served. A member is
/// trusted once it has been inflated to exactly what its size and checksum say. Blocks: helper thread only,
/// but for its readers' destruction, which does not wait for what is being read.
class ZipArchive : public std::enable_shared_from_this<ZipArchive> {
 public:
  /// The file as it is now; `name` is for messages. Errors say what is wrong with it: larger than the limit,
  /// no ZIP file, inconsistent, ZIP64 or more than 65,534 members.
  static StatusOr<std::shared_ptr<ZipArchive>> Open(std::string name, UniqueFd file, const ZipLimits& limits);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  /// Null if there is none of that name that is served.
  const ZipMember* Find(std::string_view name) const;
  /// All that are served, by name.
  const std::map<std::string, ZipMember, std::less<>>& members() const { return members_; }
  std::size_t size() const { return members_.size(); }
  /// Members that are not served, and why the first of them is not; 0 and empty: none.
  std::size_t left_out() const { return left_out_; }
  const std::string& why_left_out() const { return why_left_out_; }
  std::time_t modified() const { return modified_.tv_sec; }
  /// The file was written to since it was opened: what is read from it is not to be trusted.
  bool HasChanged() const;

  /// Whether the member inflates to what is said of it. Inflates it the first time. kUnavailable: the file
  /// was written to meanwhile, or cannot be read now; any other failure stays what it is, and logs once.
  Status Verify(const std::string& name, const ZipMember& member);

  /// Reads a member from its beginning on.
  class Reader {
   public:
    Reader(std::shared_ptr<ZipArchive> archive, zip_file* file) : archive_(std::move(archive)), file_(file) {}
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    /// As many as there are, up to `most`; fewer than `most`: the end, or an error. Never more than 64 KiB at
    /// a time are read while others wait.
    std::string Read(std::size_t most);
    std::uint64_t position() const { return position_; }
    /// libzip's code of what went wrong, 0 if nothing did.
    int error() const;

   private:
    std::shared_ptr<ZipArchive> archive_;
    zip_file* file_;
    std::uint64_t position_ = 0;
  };
  enum class Form : std::uint8_t { kInflated, kPacked };
  /// Null if that fails.
  std::unique_ptr<Reader> OpenMember(const ZipMember& member, Form form);

 private:
  ZipArchive(std::string name, UniqueFd file, zip* archive, struct timespec modified, std::uint64_t octets)
      : name_(std::move(name)), file_(std::move(file)), zip_(archive), modified_(modified), octets_(octets) {}
  Status Inflate(const ZipMember& member);
  void CloseFiles();
  void ReadIndex(const ZipLimits& limits);
  std::string WhyNot(std::uint64_t index, const ZipLimits& limits, ZipMember& member);
  void LeaveOut(std::string_view name, std::string_view why);

  std::string name_;
  UniqueFd file_;
  zip* zip_;
  std::mutex mutex_;               // of what libzip works on
  std::mutex closed_mutex_;        // never held for long
  std::vector<zip_file*> closed_;  // whose readers are gone
  struct timespec modified_;
  std::uint64_t octets_;
  std::map<std::string, ZipMember, std::less<>> members_;
  std::set<std::uint64_t> verified_;        // by index
  std::map<std::uint64_t, Status> broken_;  // by index
  bool is_change_told_ = false;
  bool is_trouble_told_ = false;
  std::size_t left_out_ = 0;
  std::string why_left_out_;
};

}  // namespace wampgate::web
