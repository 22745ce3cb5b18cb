#include "web/zip_ending.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace wampgate::web {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kEnd = 22;  // without its comment
constexpr std::size_t kLongestComment = 65535;
constexpr std::size_t kLocator = 20;  // of ZIP64, right in front of it
constexpr std::size_t kCount = 10;    // where the number of members stands in it
constexpr std::string_view kEndSignature = "PK\5\6"sv, kLocatorSignature = "PK\6\7"sv;

}  // namespace

Status CheckZipEnding(int file, std::uint64_t octets) {
  const std::size_t size = std::min<std::uint64_t>(octets, kEnd + kLongestComment + kLocator);
  std::string ending(size, '\0');
  for (std::size_t have = 0; have < size;) {
    const ssize_t got =
        ::pread(file, ending.data() + have, size - have, static_cast<off_t>(octets - size + have));
    if (got <= 0) return Unavailable("it cannot be read");
    have += static_cast<std::size_t>(got);
  }
  bool is_zip = false;
  for (std::size_t at = ending.find(kEndSignature); at != std::string::npos;
       at = ending.find(kEndSignature, at + 1)) {
    if (ending.size() - at < kEnd) break;
    is_zip = true;
    const bool has_many = ending.compare(at + kCount, 2, "\xff\xff"sv) == 0;
    const bool is_zip64 = at >= kLocator && ending.compare(at - kLocator, 4, kLocatorSignature) == 0;
    if (has_many || is_zip64) return FailedPrecondition("it is a ZIP64 file or has more than 65,534 members");
  }
  return is_zip ? OkStatus() : FailedPrecondition("it is not a ZIP file, or was cut off");
}

}  // namespace wampgate::web
