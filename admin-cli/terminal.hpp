#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What a terminal gets and a pipe does not. Colours are off where NO_COLOR is set (no-color.org) or TERM is
/// "dumb".
namespace wampgate::ctl {

enum class Stream { kOut, kError };
enum class Paint { kNone, kHeading, kGood, kWarning, kBad };

bool IsTerminal(Stream stream);
/// How many columns the terminal has; 80 if it does not say.
std::size_t TerminalColumns(Stream stream);

/// The text in a colour; as it is where the stream takes none.
std::string Painted(std::string_view text, Paint paint, Stream stream = Stream::kOut);
/// The colour of a state: "running" is good, "draining" a warning, "failed: …" bad, "proxy" none.
Paint PaintOfState(std::string_view state);

/// "wampgatectl: MESSAGE" on stderr. The message may be anybody's: it is printed in printable characters, at
/// most 4,000, in one line.
void PrintError(std::string_view message);

}  // namespace wampgate::ctl
