#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

/// Structured logging: a constant sentence plus fields, as text or JSON, one line each, to stderr.
/// Writing never blocks a loop: lines go through a bounded queue to a thread of the sink; a full queue drops
/// and counts. Never log a secret, a payload or a header value.
namespace wampgate::log {

enum class Level : std::uint8_t { kTrace, kDebug, kInfo, kWarning, kError, kOff };
enum class Format : std::uint8_t { kText, kJson };

/// Once, at the start of the process, before the first line. `process` names the process in each line
/// ("supervisor", "worker1/0").
void Start(Level level, Format format, std::string_view process);
/// Writes what is queued and stops the sink's thread; later lines are written directly.
void Stop();
void SetLevel(Level level);
bool Enabled(Level level);
/// Lines lost because the sink was full, since the start.
std::uint64_t dropped();

/// One field. Values are text or numbers; numbers stay numbers in JSON.
struct Field {
  template <typename T>
  Field(std::string_view field_key, const T& field_value)
      : key(field_key), value(fmt::format("{}", field_value)), is_number(std::is_arithmetic_v<T>) {}
  std::string_view key;
  std::string value;
  bool is_number;
};

void Write(Level level, std::string_view module, std::string_view sentence,
           std::initializer_list<Field> fields = {});

inline void Debug(std::string_view module, std::string_view sentence,
                  std::initializer_list<Field> fields = {}) {
  if (Enabled(Level::kDebug)) Write(Level::kDebug, module, sentence, fields);
}
inline void Info(std::string_view module, std::string_view sentence,
                 std::initializer_list<Field> fields = {}) {
  if (Enabled(Level::kInfo)) Write(Level::kInfo, module, sentence, fields);
}
inline void Warning(std::string_view module, std::string_view sentence,
                    std::initializer_list<Field> fields = {}) {
  if (Enabled(Level::kWarning)) Write(Level::kWarning, module, sentence, fields);
}
inline void Error(std::string_view module, std::string_view sentence,
                  std::initializer_list<Field> fields = {}) {
  if (Enabled(Level::kError)) Write(Level::kError, module, sentence, fields);
}

/// "trace" … "error", "off" (Crossbar's "warn" and "none" too); empty optional-like: false if unknown.
bool ParseLevel(std::string_view text, Level& level);

}  // namespace wampgate::log
