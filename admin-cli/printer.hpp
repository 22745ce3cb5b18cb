#pragma once

#include <google/protobuf/message.h>
#include <wampgate/v1/worker_service.pb.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "measures.hpp"
#include "printable.hpp"
#include "table.hpp"

namespace wampgate::ctl {

/// kName: only resource names, one a line.
enum class Output { kTable, kJson, kYaml, kName };

/// The message with the proto's field names in lowerCamelCase, fields that are 0 or empty included; 64-bit
/// integers are strings, as protobuf's JSON has it.
nlohmann::ordered_json AsJson(const google::protobuf::Message& message);
/// As JSON, as the same document in YAML, or only the names of what it is about, on stdout. `output` is not
/// kTable.
void Print(Output output, const nlohmann::ordered_json& answer);

/// A document of several lines, as it is; only a terminal gets it in printable characters.
void PrintDocument(std::string_view text);

/// A resource name in a line of its own, for scripts: only a terminal gets it in printable characters.
void PrintName(const std::string& name);

/// The JSON document in one line, for streams.
std::string OneLine(const nlohmann::ordered_json& answer);

/// "STATE_RUNNING" and "TYPE_PROXY" → "running" and "proxy"; "NO_CHANGE" → "no_change".
std::string EnumText(std::string_view enum_name);
/// "workers/edge/processes/0" → "0".
std::string LastPart(std::string_view resource_name);
/// "1/2": how many of a worker's processes serve.
std::string RunningProcesses(const v1::WorkerStatus& worker);

}  // namespace wampgate::ctl
