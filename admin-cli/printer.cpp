#include "printer.hpp"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>
#include <iostream>

#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

/// JSON on a terminal has all that is not ASCII as \uXXXX: nothing in it can steer the terminal.
std::string Dumped(const nlohmann::ordered_json& value, int indent = -1) {
  return value.dump(indent, ' ', IsTerminal(Stream::kOut), nlohmann::ordered_json::error_handler_t::replace);
}

bool IsScalar(const nlohmann::ordered_json& value) {
  return !value.is_structured() || value.empty();
}

/// A scalar, or an empty list or object, is the same in both languages; strings stay quoted.
void PrintYaml(const nlohmann::ordered_json& value, const std::string& indent) {
  if (IsScalar(value)) {
    std::cout << indent << Dumped(value) << "\n";
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
      std::cout << indent << Dumped(key) << ":";
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
    PrintName(name->get<std::string>());
    return;
  }
  for (const auto& item : answer) {
    if (item.is_structured()) PrintNames(item);
  }
}

}  // namespace

void PrintDocument(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    std::cout << (IsTerminal(Stream::kOut) ? Printable(line) : std::string(line)) << "\n";
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

void PrintName(const std::string& name) {
  std::cout << (IsTerminal(Stream::kOut) ? Printable(name) : name) << "\n";
}

std::string OneLine(const nlohmann::ordered_json& answer) {
  return Dumped(answer);
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
  std::cout << Dumped(answer, 2) << "\n";
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
  const auto without_place = std::count_if(processes.begin(), processes.end(), [](const auto& process) {
    return process.state() == v1::ProcessStatus::STATE_DRAINING;
  });
  return std::to_string(running) + "/" + std::to_string(processes.size() - without_place);
}

}  // namespace wampgate::ctl
