#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/log.hpp"

namespace wampgate::log {

/// "trace" … "error", "off".
std::string_view Name(Level level);

/// What one line says besides its sentence.
struct LineHead {
  std::chrono::system_clock::time_point time;
  Level level;
  std::string_view process;
  std::string_view module;
};

/// Appends one line with its line feed. Whatever a value holds, the line stays one line and one object:
/// control characters, line separators and octets that are not UTF-8 are escaped (text) or escaped and
/// replaced (JSON).
void AppendText(std::string& out, const LineHead& head, std::string_view sentence,
                std::initializer_list<Field> fields);
/// The sentence and its fields as in AppendText, without the line feed.
void AppendBody(std::string& out, std::string_view sentence, std::initializer_list<Field> fields);
void AppendJson(std::string& out, const LineHead& head, std::string_view sentence,
                std::initializer_list<Field> fields);

}  // namespace wampgate::log
