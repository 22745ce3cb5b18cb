#include "printer.hpp"

#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "base/utf8.hpp"

namespace wampgate::ctl {
namespace {

/// Octets of the UTF-8 character that begins there; 0 if none does.
std::size_t CharacterAt(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  return at + size <= text.size() && IsUtf8(text.substr(at, size)) ? size : 0;
}

/// Control characters (C0, DEL, C1), line separators, and what turns the direction of text around.
bool SteersTerminal(std::string_view character) {
  if (character.size() == 1) {
    const auto octet = static_cast<unsigned char>(character[0]);
    return octet < 0x20 || octet == 0x7F;
  }
  if (character.size() == 2) return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
  constexpr std::string_view kTurning[] = {"\u200E", "\u200F", "\u2028", "\u2029", "\u202A",
                                           "\u202B", "\u202C", "\u202D", "\u202E", "\u2066",
                                           "\u2067", "\u2068", "\u2069"};
  return std::find(std::begin(kTurning), std::end(kTurning), character) != std::end(kTurning);
}

/// JSON on a terminal has all that is not ASCII as \uXXXX: nothing in it can steer the terminal.
bool EscapesAll() {
  static const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  return is_terminal;
}

bool IsScalar(const nlohmann::ordered_json& value) {
  return !value.is_structured() || value.empty();
}

/// A scalar, or an empty list or object, is the same in both languages; strings stay quoted.
void PrintYaml(const nlohmann::ordered_json& value, const std::string& indent) {
  if (IsScalar(value)) {
    std::cout << indent << value.dump(-1, ' ', EscapesAll()) << "\n";
  } else if (value.is_array()) {
    for (const auto& item : value) {
      std::cout << indent << "-";
      if (IsScalar(item)) {
        PrintYaml(item, " ");
      } else {
        std::cout << "\n";
        PrintYaml(item, indent + "  ");
      }
    }
  } else {
    for (const auto& [key, item] : value.items()) {
      std::cout << indent << nlohmann::json(key).dump(-1, ' ', EscapesAll()) << ":";
      if (IsScalar(item)) {
        PrintYaml(item, " ");
      } else {
        std::cout << "\n";
        PrintYaml(item, indent + "  ");
      }
    }
  }
}

/// The answer's own name, else those of the elements of its lists.
void PrintNames(const nlohmann::ordered_json& answer) {
  if (!answer.is_structured()) return;
  if (const auto name = answer.find("name");
      answer.is_object() && name != answer.end() && name->is_string()) {
    std::cout << name->get<std::string>() << "\n";
    return;
  }
  for (const auto& item : answer) {
    if (item.is_structured()) PrintNames(item);
  }
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = CharacterAt(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(size, 1));
    if (size != 0 && !SteersTerminal(character)) {
      printable += character;
    } else {
      for (const char octet : character) {
        char escaped[5];
        std::snprintf(escaped, sizeof escaped, "\\x%02X",
                      static_cast<unsigned>(static_cast<unsigned char>(octet)));
        printable += escaped;
      }
    }
    at += character.size();
  }
  return printable;
}

std::string OneLine(const nlohmann::ordered_json& answer) {
  return answer.dump(-1, ' ', EscapesAll());
}

void Table::Add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = Printable(cell);
  rows_.push_back(std::move(row));
}

void Table::Print() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    std::cout << line << "\n";
  }
}

nlohmann::ordered_json AsJson(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;  // scripts ask for counts that are 0, too
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return nullptr;
  return nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
}

void Print(Output output, const nlohmann::ordered_json& answer) {
  if (output == Output::kYaml) return PrintYaml(answer, "");
  if (output == Output::kName) return PrintNames(answer);
  std::cout << answer.dump(2, ' ', EscapesAll()) << "\n";
}

std::string EnumText(std::string_view enum_name) {
  for (const std::string_view prefix : {"STATE_", "TYPE_"}) {
    if (enum_name.starts_with(prefix)) enum_name.remove_prefix(prefix.size());
  }
  std::string name(enum_name);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::string LastPart(std::string_view resource_name) {
  return std::string(resource_name.substr(resource_name.rfind('/') + 1));
}

std::string RunningProcesses(const v1::WorkerStatus& worker) {
  const auto& processes = worker.processes();
  const auto running = std::count_if(processes.begin(), processes.end(), [](const auto& process) {
    return process.state() == v1::ProcessStatus::STATE_RUNNING;
  });
  return std::to_string(running) + "/" + std::to_string(processes.size());
}

}  // namespace wampgate::ctl
