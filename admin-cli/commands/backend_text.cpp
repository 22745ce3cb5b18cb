#include "commands/backend_text.hpp"

#include <google/protobuf/util/time_util.h>

#include <cstdio>

#include "measures.hpp"
#include "object_name.hpp"

namespace wampgate::ctl {

using google::protobuf::util::TimeUtil;

std::string Milliseconds(double milliseconds) {
  if (milliseconds <= 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, milliseconds < 100 ? "%.1fms" : "%.0fms", milliseconds);
  return text;
}

Cells BackendHeadings() {
  return {"BACKEND", "STATE", "HEALTH", "SESSIONS", "JOINS", "P99", "ADDRESS"};
}

Cells BackendRow(const v1::BackendView& view) {
  const auto p99 = static_cast<double>(TimeUtil::DurationToMicroseconds(view.join_p99())) / 1000;
  return {ShortName(view.name()),
          EnumText(v1::BackendProcess::State_Name(view.state())),
          EnumText(v1::BackendProcess::Health_Name(view.health())),
          std::to_string(view.sessions()),
          std::to_string(view.joins()),
          Milliseconds(p99),
          view.address()};
}

Cells BackendWideHeadings() {
  return {"KIND", "FAILURES", "REFUSALS", "SINCE", "LAST ERROR", "NAME", "ETAG"};
}

Cells BackendWideRow(const v1::BackendView& view) {
  return {view.has_connection() ? "connection" : "worker backend",
          std::to_string(view.failures()),
          std::to_string(view.refusals()),
          Age(view.since()),
          OrDash(view.last_error()),
          view.name(),
          view.etag()};
}

}  // namespace wampgate::ctl
