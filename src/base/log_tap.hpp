#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/log.hpp"

namespace wampgate::log {

/// A line as it is written, without time, level, process and module in front.
struct TappedLine {
  std::chrono::system_clock::time_point time;
  Level level;
  std::string_view module;
  std::string_view text;  ///< the sentence and its fields
};

/// A second reader of this process's lines. Called on the thread that logs, perhaps on several at a time;
/// must not wait and must not log.
using Tap = std::function<void(const TappedLine& line)>;

/// Lines of `level` and above go to `tap` from now on, whether the log itself takes them or not, and to the
/// tap before no more; it may be in a call that is under way. kOff: to nobody.
void SetTap(Level level, Tap tap);

}  // namespace wampgate::log
