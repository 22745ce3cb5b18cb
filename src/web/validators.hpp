#pragma once

#include <cstdint>
#include <ctime>
#include <string>

#include "http/message.hpp"

namespace wampgate::web {

/// What identifies the present state of a representation (RFC 9110 8.8).
struct Validators {
  std::string etag;  ///< strong, with its quotes
  std::time_t last_modified = 0;
};

/// What the conditional fields of a GET or HEAD request come to, in the order of RFC 9110 13.2.2.
enum class Precondition : std::uint8_t { kProceed, kNotModified, kFailed };
Precondition Evaluate(const http::Request& request, const Validators& validators);

/// Whether a Range field counts: without If-Range, or with one that names the present state (RFC
/// 9110 13.1.5).
bool RangeApplies(const http::Request& request, const Validators& validators);

}  // namespace wampgate::web
