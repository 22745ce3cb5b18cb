#include "printer.hpp"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>
#include <iostream>

namespace wampgate::ctl {
namespace {

bool IsScalar(const nlohmann::ordered_json& value) {
  return !value.is_structured() || value.empty();
}

/// A scalar, or an empty list or object, is the same in both languages; strings stay quoted.
void PrintYaml(const nlohmann::ordered_json& value, const std::string& indent) {
  if (IsScalar(value)) {
    std::cout << indent << value.dump() << "\n";
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
      std::cout << indent << nlohmann::json(key).dump() << ":";
      if (IsScalar(item)) {
        PrintYaml(item, " ");
      } else {
        std::cout << "\n";
        PrintYaml(item, indent + "  ");
      }
    }
  }
}

}  // namespace

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
  std::cout << answer.dump(2) << "\n";
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
