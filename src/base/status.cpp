#include "base/status.hpp"

#include <cctype>
#include <cstring>

namespace wampgate {

std::string ErrnoText(int error_number) {
  char space[128];
  std::string text = ::strerror_r(error_number, space, sizeof space);
  // "Connection refused" reads on after a colon as "connection refused"; "RPC …" stays.
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1]))) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

Status ErrnoStatus(int error_number, std::string_view what) {
  return MakeStatus(absl::ErrnoToStatusCode(error_number),
                    std::string(what) + ": " + ErrnoText(error_number));
}

Status Annotate(const Status& status, std::string_view prefix) {
  if (status.ok()) return status;
  Status annotated = MakeStatus(status.code(), std::string(prefix) + ": " + std::string(Message(status)));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { annotated.SetPayload(url, payload); });
  return annotated;
}

}  // namespace wampgate
