#include "management/session_listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/filter.hpp"
#include "config/resource_name.hpp"

namespace wampgate::management {
namespace {

using supervisor::ProcessAnswer;
using supervisor::ProcessSelector;

constexpr std::string_view kWorkers = "workers/";
constexpr std::string_view kSessions = "/sessions/";
constexpr int kMostListed = 1000;
constexpr std::size_t kLongestReason = 256, kLongestMessage = 1024;

std::int64_t EndOf(const v1::EndedSession& ended) {
  return ended.end_time().seconds() * 1'000'000'000 + ended.end_time().nanos();
}

bool IsCloseCode(std::uint32_t code) {
  return code == 1000 || code == 1001 || code == 1008 || (code >= 1011 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

bool IsReason(const std::string& uri) {
  return uri.size() <= kLongestReason && std::all_of(uri.begin(), uri.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

}  // namespace

StatusOr<ProcessSelector> SelectorOf(const std::string& parent) {
  const std::string worker = parent.starts_with(kWorkers) ? parent.substr(kWorkers.size()) : "";
  if (worker == "-") return ProcessSelector{};
  if (config::IsId(worker)) return ProcessSelector{.worker = worker, .process = std::nullopt};
  return InvalidArgument(
      fmt::format("parent: expected workers/{{worker}}, or workers/- for all, found \"{}\"", parent));
}

StatusOr<ProcessSelector> SelectorOfSession(const std::string& name) {
  const std::size_t sessions = name.find(kSessions);
  const std::string id = sessions == name.npos ? "" : name.substr(sessions + kSessions.size());
  const bool is_number = !id.empty() && id.find_first_not_of("0123456789") == id.npos;
  auto selector = SelectorOf(name.substr(0, sessions));
  if (selector.ok() && is_number && !selector->worker.empty()) return selector;
  return InvalidArgument(
      fmt::format("name: expected workers/{{worker}}/sessions/{{number}}, found \"{}\"", name));
}

Status Outcome(const StatusOr<std::vector<ProcessAnswer>>& answers) {
  if (!answers.ok()) return answers.status();
  for (const ProcessAnswer& answer : *answers) {
    const StatusCode code = answer.status.code();
    if (code == StatusCode::kInvalidArgument || code == StatusCode::kResourceExhausted) return answer.status;
  }
  return OkStatus();
}

std::vector<std::string> Unreachable(const std::vector<ProcessAnswer>& answers) {
  std::vector<std::string> unreachable;
  for (const ProcessAnswer& answer : answers) {
    if (answer.status.ok()) continue;
    unreachable.push_back(fmt::format("{}: {}", answer.process, Message(answer.status)));
  }
  return unreachable;
}

StatusOr<EndedPage> ReadPage(const v1::ListEndedRequest& request) {
  EndedPage page;
  if (request.page_size() < 0) return InvalidArgument("page_size: expected 0 or more");
  if (request.page_size() > 0)
    page.size = static_cast<std::size_t>(std::min(request.page_size(), kMostListed));
  const std::string& token = request.page_token();
  if (token.empty()) return page;
  const char* const end = token.data() + token.size();
  const auto [colon, error] = std::from_chars(token.data(), end, page.before);
  const bool fits = error == std::errc() && colon != end && *colon == ':' && page.before > 0 &&
                    std::from_chars(colon + 1, end, page.skip).ptr == end && page.skip <= kMostListed;
  return fits ? StatusOr<EndedPage>(page) : InvalidArgument("page_token: it is none that this method gave");
}

internal::ListEndedSessions QueryFor(const EndedPage& page, const std::string& filter) {
  internal::ListEndedSessions query;
  query.set_filter(filter);
  query.set_limit(static_cast<std::uint32_t>(page.size + page.skip + 1));
  query.set_before(page.before);
  return query;
}

void FillPage(const EndedPage& page, std::vector<ProcessAnswer> answers, v1::ListEndedResponse& response) {
  std::vector<v1::EndedSession> all;
  for (ProcessAnswer& answer : answers) {
    for (v1::EndedSession& ended : *answer.answer.mutable_ended()->mutable_ended()) {
      all.push_back(std::move(ended));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& left, const auto& right) { return EndOf(left) > EndOf(right); });
  const std::size_t begin = std::min(page.skip, all.size());
  const std::size_t end = std::min(begin + page.size, all.size());
  for (std::size_t i = begin; i < end; ++i) response.add_ended()->Swap(&all[i]);
  for (std::string& process : Unreachable(answers)) response.add_unreachable(std::move(process));
  if (end == all.size() || end == begin) return;
  const std::int64_t last = EndOf(response.ended(response.ended_size() - 1));
  std::size_t given = last == page.before ? page.skip : 0;
  for (const auto& ended : response.ended()) given += EndOf(ended) == last ? 1 : 0;
  response.set_next_page_token(fmt::format("{}:{}", last, given));
}

StatusOr<supervisor::SessionClosingOrder> ReadOrder(const v1::CloseSessionsRequest& request) {
  supervisor::SessionClosingOrder order;
  WAMPGATE_ASSIGN_OR_RETURN(order.selector, SelectorOf(request.parent()));
  if (request.filter().find_first_not_of(' ') == std::string::npos) {
    return InvalidArgument("filter: expected one, or `all` for all sessions");
  }
  if (request.filter() != "all") {
    const auto filter = config::Filter::Parse(request.filter(), *v1::Session::descriptor());
    if (!filter.ok()) return Annotate(filter.status(), "filter");
    order.query.set_filter(request.filter());
  }
  if (!IsReason(request.reason())) {
    return InvalidArgument(
        "reason: expected a URI of at most 256 letters, digits, \".\", \"_\" and \"-\", as in "
        "\"com.example.maintenance\"");
  }
  if (request.message().size() > kLongestMessage) {
    return InvalidArgument(fmt::format("message: at most {} octets are possible", kLongestMessage));
  }
  if (request.websocket_code() != 0 && !IsCloseCode(request.websocket_code())) {
    return InvalidArgument(
        fmt::format("websocket_code: expected 1000, 1001, 1008, 1011 to 1014 or 3000 to 4999, found {}",
                    request.websocket_code()));
  }
  constexpr std::int64_t kLongestRetry = 7 * 86400;
  const std::int64_t retry = request.retry_after().seconds() + (request.retry_after().nanos() > 0 ? 1 : 0);
  if (retry < 0 || retry > kLongestRetry) return InvalidArgument("retry_after: expected 0 s to 7 days");
  order.query.set_reason("closed_by_operator");
  order.query.set_goodbye_reason(request.reason());
  order.query.set_goodbye_message(request.message());
  order.query.set_websocket_code(request.websocket_code());
  order.query.set_retry_after_seconds(static_cast<std::uint32_t>(retry));
  order.rate = request.rate();
  order.validate_only = request.validate_only();
  return order;
}

}  // namespace wampgate::management
