#pragma once

#include <google/protobuf/repeated_field.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

/// Amounts and times as a table has them.
namespace wampgate::ctl {

/// The words with `between` between them; "-" for none.
std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& words, std::string_view between);
/// "-" for nothing.
std::string OrDash(const std::string& text);
/// "95s", "12m", "30h", "9d".
std::string ShortTime(std::int64_t seconds);
/// How long ago; "-" for a time that is not set.
std::string Age(const google::protobuf::Timestamp& since);
/// "9999", "12K", "30M".
std::string Octets(std::uint64_t count);
/// "12.5".
std::string OneDecimal(double value);
/// RFC 3339, UTC, with milliseconds.
std::string Clock(const google::protobuf::Timestamp& time);
/// RFC 3339, UTC, whole seconds.
std::string TimeText(const google::protobuf::Timestamp& time);

}  // namespace wampgate::ctl
