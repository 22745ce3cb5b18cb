#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/options.hpp"

namespace wampgate::http {

/// What the access log says of a request, noted before the request goes to its service.
struct AccessRecord {
  std::string peer;
  std::string request_line;
  std::string referer;
  std::string user_agent;
};

/// Null if the options say no.
std::unique_ptr<AccessRecord> NoteAccess(const ServerOptions& options, const Request& request);

/// One line of the combined log format. Quotes, backslashes and everything that is not printable ASCII are
/// escaped as
/// \xHH, so that no client can forge lines. `octets` is the length of the body sent.
std::string AccessLine(const AccessRecord& record, int status, std::uint64_t octets);

/// Writes it to the log, at level info.
void LogAccess(const AccessRecord& record, int status, std::uint64_t octets);

}  // namespace wampgate::http
