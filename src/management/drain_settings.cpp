#include "management/drain_settings.hpp"

#include <fmt/format.h>

namespace wampgate::management {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kMostRate = 100'000;
constexpr std::int64_t kYear = 365LL * 24 * 3600;

StatusOr<supervisor::DrainSettings> Checked(supervisor::DrainSettings settings) {
  if (settings.rate > kMostRate) {
    return InvalidArgument(
        fmt::format("rate: expected sessions per second, 1 to {}, found {}", kMostRate, settings.rate));
  }
  if (settings.rate == 0) settings.rate = supervisor::DrainSettings{}.rate;
  if (settings.deadline.count() == 0) {
    settings.deadline = settings.lame_duck + supervisor::DrainSettings{}.deadline;
  }
  if (settings.jitter_percent > 100) {
    return InvalidArgument(
        fmt::format("jitter_percent: expected 0 to 100, found {}", settings.jitter_percent));
  }
  if (settings.deadline <= settings.lame_duck) {
    return InvalidArgument(
        fmt::format("deadline: it counts from the call, so it must be longer than the lame-duck time; found "
                    "{} ms and {} ms",
                    settings.deadline.count(), settings.lame_duck.count()));
  }
  return settings;
}

}  // namespace

StatusOr<milliseconds> Milliseconds(std::string_view field, const google::protobuf::Duration& duration) {
  const bool in_range = duration.seconds() >= 0 && duration.nanos() >= 0 &&
                        duration.nanos() < 1'000'000'000 && duration.seconds() <= kYear;
  if (in_range) return milliseconds(duration.seconds() * 1000 + duration.nanos() / 1'000'000);
  return InvalidArgument(
      fmt::format("{}: expected a time from 0 to a year, found {} s", field, duration.seconds()));
}

StatusOr<supervisor::DrainSettings> ReadSettings(const google::protobuf::Duration& lame_duck,
                                                 const google::protobuf::Duration& deadline,
                                                 std::uint32_t rate, std::uint32_t jitter_percent) {
  supervisor::DrainSettings settings;
  WAMPGATE_ASSIGN_OR_RETURN(settings.lame_duck, Milliseconds("lame_duck", lame_duck));
  WAMPGATE_ASSIGN_OR_RETURN(settings.deadline, Milliseconds("deadline", deadline));
  settings.rate = rate;
  settings.jitter_percent = jitter_percent;
  return Checked(settings);
}

}  // namespace wampgate::management
