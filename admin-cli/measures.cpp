#include "measures.hpp"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iterator>

namespace wampgate::ctl {

using google::protobuf::util::TimeUtil;

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& words, std::string_view between) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += between;
    joined += word;
  }
  return OrDash(joined);
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string ShortTime(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (seconds < 7200) return std::to_string(seconds / 60) + "m";
  if (seconds < 172800) return std::to_string(seconds / 3600) + "h";
  return std::to_string(seconds / 86400) + "d";
}

std::string Age(const google::protobuf::Timestamp& since) {
  if (since.seconds() == 0) return "-";
  return ShortTime(std::max<std::int64_t>(0, std::time(nullptr) - since.seconds()));
}

std::string Octets(std::uint64_t count) {
  constexpr const char* kUnits[] = {"", "K", "M", "G", "T"};
  double amount = static_cast<double>(count);
  std::size_t unit = 0;
  for (; amount >= 10000 && unit + 1 < std::size(kUnits); ++unit) amount /= 1024;
  return std::to_string(static_cast<std::uint64_t>(amount)) + kUnits[unit];
}

std::string OneDecimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string Clock(const google::protobuf::Timestamp& time) {
  const std::string second = TimeUtil::ToString(time).substr(0, 19);  // of "2026-01-02T03:04:05.123456789Z"
  char milliseconds[8];
  std::snprintf(milliseconds, sizeof milliseconds, ".%03dZ", time.nanos() / 1'000'000);
  return second + milliseconds;
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  google::protobuf::Timestamp whole;
  whole.set_seconds(time.seconds());
  return TimeUtil::ToString(whole);
}

}  // namespace wampgate::ctl
