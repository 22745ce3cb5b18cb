#include "web/node_info_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "http/pages.hpp"

namespace wampgate::web {
namespace {

using std::chrono::system_clock;

std::string Timestamp(system_clock::time_point time) {
  const std::time_t seconds = system_clock::to_time_t(time);
  std::tm t{};
  gmtime_r(&seconds, &t);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                     t.tm_hour, t.tm_min, t.tm_sec);
}

long long UptimeSeconds(const NodeInfo& info, system_clock::time_point now) {
  return std::max(0LL, static_cast<long long>(
                           std::chrono::duration_cast<std::chrono::seconds>(now - info.started).count()));
}

std::string Row(std::string_view name, std::string_view value) {
  return fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", name, http::EscapeHtml(value));
}

}  // namespace

std::string NodeInfoHtml(const NodeInfo& info, const Visit& visit) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>wampgate node</title>"
      "<style>body{font:16px/1.5 sans-serif;max-width:40em;margin:4em auto;padding:0 1em;color:#222}"
      "th{text-align:left;padding-right:2em}</style></head>\n<body><h1>wampgate node</h1>\n<table>\n";
  page += Row("Node", info.node_id);
  if (info.version) page += Row("Version", *info.version);
  page += Row("Started", Timestamp(info.started));
  page += Row("Up for", fmt::format("{} s", UptimeSeconds(info, visit.now)));
  if (info.controller_pid != 0) page += Row("Controller process", fmt::format("{}", info.controller_pid));
  page += Row("Running workers", fmt::format("{}", info.workers_running));
  if (!info.public_key.empty()) page += Row("Public key", info.public_key);
  page += Row("Your address", visit.peer);
  page += Row("Worker process", fmt::format("{}", visit.worker_pid));
  return page + "</table></body></html>\n";
}

std::string NodeInfoJson(const NodeInfo& info, const Visit& visit) {
  nlohmann::ordered_json json{{"node_id", info.node_id}};
  if (info.version) json["version"] = *info.version;
  json["started"] = Timestamp(info.started);
  json["uptime_seconds"] = UptimeSeconds(info, visit.now);
  if (info.controller_pid != 0) json["controller_pid"] = info.controller_pid;
  json["workers_running"] = info.workers_running;
  if (!info.public_key.empty()) json["public_key"] = info.public_key;
  json["peer"] = visit.peer;
  json["worker_pid"] = visit.worker_pid;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace wampgate::web
