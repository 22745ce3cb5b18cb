#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "printable.hpp"

namespace wampgate::ctl {
namespace {

constexpr std::size_t kLongestError = 4000;
constexpr const char* kReset = "\033[0m";

int DescriptorOf(Stream stream) {
  return stream == Stream::kOut ? STDOUT_FILENO : STDERR_FILENO;
}

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool TakesColours(Stream stream) {
  const char* terminal = std::getenv("TERM");
  return IsTerminal(stream) && !IsSet("NO_COLOR") && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

const char* Sequence(Paint paint) {
  switch (paint) {
    case Paint::kHeading:
      return "\033[1m";
    case Paint::kGood:
      return "\033[32m";
    case Paint::kWarning:
      return "\033[33m";
    case Paint::kBad:
      return "\033[31m";
    case Paint::kNone:
      break;
  }
  return "";
}

template <std::size_t count>
bool Contains(const std::string_view (&words)[count], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

bool IsTerminal(Stream stream) {
  return ::isatty(DescriptorOf(stream)) != 0;
}

std::size_t TerminalColumns(Stream stream) {
  winsize size{};
  const bool known = ::ioctl(DescriptorOf(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string Painted(std::string_view text, Paint paint, Stream stream) {
  if (paint == Paint::kNone || !TakesColours(stream)) return std::string(text);
  return Sequence(paint) + std::string(text) + kReset;
}

Paint PaintOfState(std::string_view state) {
  static constexpr std::string_view kGoodStates[] = {"running", "serving", "ready", "up", "done", "healthy"};
  static constexpr std::string_view kWarningStates[] = {"starting", "stopping", "stopped",
                                                        "draining", "drained",  "maintenance",
                                                        "unknown",  "degraded", "backoff"};
  static constexpr std::string_view kBadStates[] = {"failed", "not_serving", "down", "unhealthy", "expired"};
  const std::string_view word = state.substr(0, state.find_first_of(" :,"));
  if (Contains(kGoodStates, word)) return Paint::kGood;
  if (Contains(kWarningStates, word)) return Paint::kWarning;
  return Contains(kBadStates, word) ? Paint::kBad : Paint::kNone;
}

void PrintError(std::string_view message) {
  std::cerr << Painted("wampgatectl:", Paint::kBad, Stream::kError) << " "
            << Shortened(message, kLongestError) << "\n";
}

}  // namespace wampgate::ctl
