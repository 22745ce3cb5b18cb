#include "http/access_log.hpp"

#include <fmt/format.h>

#include <ctime>

#include "base/log.hpp"

namespace wampgate::http {
namespace {

std::string Escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet >= 0x7f || c == '"' || c == '\\') {
      out += fmt::format("\\x{:02x}", octet);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// "tcp4:127.0.0.1:48040" → "127.0.0.1", "tcp6:[::1]:48040" → "[::1]"; Unix peers as they are.
std::string_view HostOf(std::string_view peer) {
  if (peer.substr(0, 3) != "tcp" || peer.size() < 5) return peer;
  peer.remove_prefix(5);
  return peer.substr(0, peer.rfind(':'));
}

std::string OrDash(std::string_view text) {
  return text.empty() ? "-" : Escape(text);
}

// The log format's date, in UTC; %b is spelled in the C locale, which this process never leaves.
std::string LogDate() {
  const std::time_t now = std::time(nullptr);
  std::tm t{};
  gmtime_r(&now, &t);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S +0000", &t));
}

}  // namespace

std::unique_ptr<AccessRecord> NoteAccess(const ServerOptions& options, const Request& request) {
  if (!options.access_log) return nullptr;
  auto record = std::make_unique<AccessRecord>();
  record->peer = request.peer;
  if (!request.method.empty()) {
    record->request_line = fmt::format("{} {} HTTP/{}.{}", request.method, request.target,
                                       request.version / 10, request.version % 10);
  }
  record->referer = request.Header("referer");
  record->user_agent = request.Header("user-agent");
  return record;
}

std::string AccessLine(const AccessRecord& record, int status, std::uint64_t octets) {
  return fmt::format("{} - - [{}] \"{}\" {} {} \"{}\" \"{}\"", OrDash(HostOf(record.peer)), LogDate(),
                     OrDash(record.request_line), status, octets, OrDash(record.referer),
                     OrDash(record.user_agent));
}

void LogAccess(const AccessRecord& record, int status, std::uint64_t octets) {
  if (log::Enabled(log::Level::kInfo))
    log::Write(log::Level::kInfo, "access", AccessLine(record, status, octets));
}

}  // namespace wampgate::http
