#include "management/change_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "config/load.hpp"
#include "management/drain_settings.hpp"

namespace wampgate::management {
namespace {

constexpr std::size_t kMostText = 4096;
constexpr std::int64_t kShortestConfirm = 1000;
constexpr std::int64_t kLongestConfirm = 3600 * 1000;

/// RFC 9562: 8-4-4-4-12 hexadecimal digits.
bool IsUuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

void CheckText(const std::string& text, const char* path, config::Problems& problems) {
  if (text.size() > kMostText) {
    problems.push_back(
        {.path = path,
         .message = fmt::format("expected at most {} octets, found {}", kMostText, text.size())});
  }
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    problems.push_back({.path = path, .message = "expected one line without control characters"});
  }
}

void ReadConfirmTimeout(const v1::ChangeOptions& asked, supervisor::ApplyOptions& options,
                        config::Problems& problems) {
  if (!asked.has_confirm_timeout()) return;
  const auto& timeout = asked.confirm_timeout();
  const std::int64_t seconds = std::clamp<std::int64_t>(timeout.seconds(), -1, kLongestConfirm);
  const std::int64_t milliseconds = seconds * 1000 + timeout.nanos() / 1000000;
  if (milliseconds < kShortestConfirm || milliseconds > kLongestConfirm) {
    problems.push_back(
        {.path = "options.confirm_timeout",
         .message = fmt::format("expected a time from 1 s to 1 h, found {} s", timeout.seconds())});
  }
  options.confirm_timeout = std::chrono::milliseconds(milliseconds);
}

}  // namespace

supervisor::Removal ToDomain(const v1::Removal& removal) {
  switch (removal.sessions()) {
    case v1::Removal::CLOSE:
      return supervisor::Removal::kClose;
    case v1::Removal::DRAIN:
      return supervisor::Removal::kDrain;
    default:
      return supervisor::Removal::kKeep;
  }
}

void ReadRemoval(const v1::Removal& asked, const std::string& path, supervisor::ApplyOptions& options,
                 config::Problems& problems) {
  options.removal = ToDomain(asked);
  if (!v1::Removal::Sessions_IsValid(asked.sessions()))
    problems.push_back({.path = path + ".sessions", .message = "expected KEEP, CLOSE or DRAIN"});
  if (options.removal != supervisor::Removal::kDrain) {
    if (asked.rate() != 0 || asked.has_deadline())
      problems.push_back({.path = path, .message = "rate and deadline are for DRAIN"});
    return;
  }
  const auto settings = ReadSettings({}, asked.deadline(), asked.rate(), 0);
  if (settings.ok()) {
    options.drain = *settings;
    return;
  }
  const std::string words(Message(settings.status()));  // "rate: expected …"
  const std::size_t colon = std::min(words.find(": "), words.size());
  problems.push_back({.path = path + "." + words.substr(0, colon),
                      .message = colon == words.size() ? words : words.substr(colon + 2)});
}

config::Problems ReadChangeOptions(const ChangeRequest& request, supervisor::ApplyOptions& options) {
  const v1::ChangeOptions& asked = request.options;
  config::Problems problems;
  if (!asked.request_id().empty()) {
    if (!IsUuid(asked.request_id())) {
      problems.push_back(
          {.path = "options.request_id",
           .message = fmt::format("expected a UUID like 2f1c1b7e-6f2a-4c0f-9a52-3b8d0d0c7e11, found {}",
                                  config::Quote(asked.request_id()))});
    }
    options.request_id = asked.request_id();
    std::transform(options.request_id.begin(), options.request_id.end(), options.request_id.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    options.request_digest = config::Etag(request.message);
  }
  if (asked.validate_only()) options.mode = supervisor::ApplyMode::kValidateOnly;
  options.expected_revision = asked.expected_revision();
  if (asked.has_max_sessions_affected()) options.max_sessions_affected = asked.max_sessions_affected();
  ReadConfirmTimeout(asked, options, problems);
  ReadRemoval(asked.removal(), "options.removal", options, problems);
  CheckText(asked.author(), "options.author", problems);
  CheckText(asked.message(), "options.message", problems);
  options.author = asked.author().empty() ? request.caller : asked.author();
  options.message = asked.message();
  return problems;
}

}  // namespace wampgate::management
