#pragma once

#include <google/protobuf/duration.pb.h>

#include <CLI/CLI.hpp>
#include <cstdint>

namespace wampgate::ctl {

google::protobuf::Duration Seconds(double seconds);

/// How something is drained.
struct DrainFlags {
  double lame_duck = 0;
  double deadline = 0;
  std::uint32_t rate = 0;
  std::uint32_t jitter = 0;
  bool wait = false;
};
/// `lame_duck`: what happens in that time.
void AddDrainFlags(CLI::App& command, DrainFlags& flags, const char* lame_duck);

/// Into a request to drain something.
template <typename Request>
void SetDrain(const DrainFlags& flags, Request& request) {
  *request.mutable_lame_duck() = Seconds(flags.lame_duck);
  if (flags.deadline != 0) *request.mutable_deadline() = Seconds(flags.deadline);
  request.set_rate(flags.rate);
  request.set_jitter_percent(flags.jitter);
}

}  // namespace wampgate::ctl
