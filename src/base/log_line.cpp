#include "base/log_line.hpp"

#include <fmt/format.h>

#include <ctime>
#include <iterator>

#include "base/utf8.hpp"

namespace wampgate::log {
namespace {

void AppendTime(std::string& out, std::chrono::system_clock::time_point time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                 utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, milliseconds % 1000);
}

/// The first character of `text`, or one octet of it if that is not UTF-8 (`valid` says which).
std::string_view FirstCharacter(std::string_view text, bool& valid) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  valid = length <= text.size() && IsUtf8(text.substr(0, length));
  return text.substr(0, valid ? length : 1);
}

/// Controls (C0, DEL, C1) and what some viewers take for the end of a line or let reorder it (U+2028-202E,
/// U+2066-2069).
bool IsHarmful(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  const auto second = static_cast<unsigned char>(character[1]);
  if (character.size() == 2) return first == 0xc2 && second < 0xa0;
  const auto third = static_cast<unsigned char>(character[2]);
  return first == 0xe2 && ((second == 0x80 && third >= 0xa8 && third <= 0xae) ||
                           (second == 0x81 && third >= 0xa6 && third <= 0xa9));
}

void AppendOctetsEscaped(std::string& out, std::string_view octets) {
  for (const char c : octets)
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
}

/// The code point of a valid character of at most three octets.
unsigned CodePoint(std::string_view character) {
  const auto octet = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 1) return octet(0);
  if (character.size() == 2) return (octet(0) & 0x1f) << 6 | (octet(1) & 0x3f);
  return (octet(0) & 0x0f) << 12 | (octet(1) & 0x3f) << 6 | (octet(2) & 0x3f);
}

/// Texts of peers may be of any size; a value of a line is not.
constexpr std::size_t kLongestValue = 4096;  // octets

/// Its first octets, without a part of a character at their end.
std::string_view Beginning(std::string_view text) {
  std::size_t size = kLongestValue;
  while (size > kLongestValue - 4 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

enum class Escapes { kSentence, kText, kJson };

void AppendEscaped(std::string& out, std::string_view text, Escapes escapes) {
  if (text.size() > kLongestValue) {
    AppendEscaped(out, Beginning(text), escapes);
    out += "…";
    return;
  }
  while (!text.empty()) {
    bool valid = true;
    const std::string_view character = FirstCharacter(text, valid);
    text.remove_prefix(character.size());
    if (!valid) {
      escapes == Escapes::kJson ? void(out += "\\ufffd") : AppendOctetsEscaped(out, character);
    } else if (escapes != Escapes::kSentence && (character == "\"" || character == "\\")) {
      out += '\\';
      out += character;
    } else if (character == "\n") {
      out += "\\n";
    } else if (!IsHarmful(character)) {
      out += character;
    } else if (escapes == Escapes::kJson) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", CodePoint(character));
    } else {
      AppendOctetsEscaped(out, character);
    }
  }
}

bool NeedsQuotes(std::string_view value) {
  if (value.empty() || value.size() > kLongestValue) return true;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet <= 0x20 || octet >= 0x7f || c == '"' || c == '=' || c == '\\') return true;
  }
  return false;
}

/// fmt writes "nan" and "inf" for numbers that JSON does not have.
bool IsJsonNumber(const Field& field) {
  if (!field.is_number || field.value.empty()) return false;
  if (field.value == "true" || field.value == "false") return true;
  return field.value.find_first_not_of("0123456789+-.e") == std::string::npos;
}

void AppendMember(std::string& out, std::string_view key, std::string_view value) {
  out += '"';
  out += key;
  out += "\":\"";
  AppendEscaped(out, value, Escapes::kJson);
  out += '"';
}

}  // namespace

std::string_view Name(Level level) {
  switch (level) {
    case Level::kTrace:
      return "trace";
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
    case Level::kOff:
      return "off";
  }
  return "off";
}

void AppendText(std::string& out, const LineHead& head, std::string_view sentence,
                std::initializer_list<Field> fields) {
  AppendTime(out, head.time);
  fmt::format_to(std::back_inserter(out), " {} {} {}: ", Name(head.level), head.process, head.module);
  AppendBody(out, sentence, fields);
  out += '\n';
}

void AppendBody(std::string& out, std::string_view sentence, std::initializer_list<Field> fields) {
  // Sentences are constants of ours, but some carry the message of a Status.
  AppendEscaped(out, sentence, Escapes::kSentence);
  for (const Field& field : fields) {
    out += ' ';
    out += field.key;
    out += '=';
    if (!NeedsQuotes(field.value)) {
      out += field.value;
      continue;
    }
    out += '"';
    AppendEscaped(out, field.value, Escapes::kText);
    out += '"';
  }
}

void AppendJson(std::string& out, const LineHead& head, std::string_view sentence,
                std::initializer_list<Field> fields) {
  out += "{\"time\":\"";
  AppendTime(out, head.time);
  out += "\",";
  AppendMember(out, "level", Name(head.level));
  out += ',';
  AppendMember(out, "process", head.process);
  out += ',';
  AppendMember(out, "module", head.module);
  out += ',';
  AppendMember(out, "msg", sentence);
  for (const Field& field : fields) {
    out += ',';
    if (IsJsonNumber(field)) {
      fmt::format_to(std::back_inserter(out), "\"{}\":{}", field.key, field.value);
    } else {
      AppendMember(out, field.key, field.value);
    }
  }
  out += "}\n";
}

}  // namespace wampgate::log
