#include "http/date.hpp"

#include <fmt/core.h>

#include <array>

namespace wampgate::http {
namespace {

constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// What strptime takes as a name in the C locale, which this process never leaves.
constexpr std::array<const char*, 3> kForms{"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                            "%a %b %e %H:%M:%S %Y"};

}  // namespace

std::string FormatDate(std::time_t time) {
  std::tm t{};
  gmtime_r(&time, &t);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[t.tm_wday % 7], t.tm_mday,
                     kMonths[t.tm_mon % 12], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

std::string_view CurrentDate() {
  thread_local std::time_t cached_time = -1;
  thread_local std::string cached;
  const std::time_t now = std::time(nullptr);
  if (now != cached_time) {
    cached = FormatDate(now);
    cached_time = now;
  }
  return cached;
}

std::optional<std::time_t> ParseDate(std::string_view text) {
  if (text.size() > 64) return std::nullopt;
  const std::string copy(text);
  for (const char* form : kForms) {
    std::tm t{};
    const char* end = strptime(copy.c_str(), form, &t);
    if (end != nullptr && end == copy.c_str() + copy.size()) return timegm(&t);
  }
  return std::nullopt;
}

}  // namespace wampgate::http
