#include "drain_flags.hpp"

#include <google/protobuf/util/time_util.h>

namespace wampgate::ctl {

google::protobuf::Duration Seconds(double seconds) {
  return google::protobuf::util::TimeUtil::MillisecondsToDuration(static_cast<std::int64_t>(seconds * 1000));
}

void AddDrainFlags(CLI::App& command, DrainFlags& flags, const char* lame_duck) {
  command.add_option("--lame-duck", flags.lame_duck, lame_duck)->option_text("SECONDS [0]");
  command.add_option("--rate", flags.rate, "Sessions closed per second in each process")
      ->option_text("1...100000 [100]");
  command.add_option("--jitter", flags.jitter, "Vary the pauses by up to this share")
      ->option_text("PERCENT [0]");
  command.add_option("--deadline", flags.deadline, "What is left so long after the call is closed at once")
      ->option_text("SECONDS [lame duck + 600]");
  command.add_flag("--wait", flags.wait, "Wait until it is drained");
}

}  // namespace wampgate::ctl
