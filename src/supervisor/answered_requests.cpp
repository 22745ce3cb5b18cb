#include "supervisor/answered_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "supervisor/apply_result.hpp"

namespace wampgate::supervisor {
namespace {

bool IsTransient(const Status& status) {
  return status.code() == StatusCode::kUnavailable || status.code() == StatusCode::kResourceExhausted;
}

}  // namespace

std::optional<ApplyDone> AnsweredRequests::Begin(const Id& id, ApplyDone done, Clock::time_point now) {
  if (id.id.empty()) return done;
  Forget(now);
  const auto [found, is_new] = entries_.try_emplace(id.id);
  Entry& entry = found->second;
  if (!is_new && entry.digest != id.digest) {
    ApplyReply reply;
    reply.status = InvalidArgument(fmt::format(
        "the request id {} was used for another request within the last 10 minutes: give this one a new id",
        id.id));
    done(reply);
    return std::nullopt;
  }
  if (entry.reply) {
    const ApplyReply reply = *entry.reply;  // `done` may ask again
    done(reply);
    return std::nullopt;
  }
  entry.waiting.push_back(std::move(done));
  if (!is_new) return std::nullopt;
  entry.digest = id.digest;
  return [this, key = id.id](const ApplyReply& reply) { Answer(key, reply); };
}

void AnsweredRequests::Answer(const std::string& id, const ApplyReply& reply) {
  Entry& entry = entries_.at(id);
  const std::vector<ApplyDone> waiting = std::exchange(entry.waiting, {});
  if (IsTransient(reply.status)) {
    entries_.erase(id);
  } else {
    entry.reply = reply;
    entry.reply->document = nullptr;
    expiries_.emplace_back(Clock::now() + kKept, id);
  }
  for (const ApplyDone& done : waiting) done(reply);
}

void AnsweredRequests::Remember(const internal::Request& request, std::chrono::milliseconds age,
                                Clock::time_point now) {
  if (request.id().empty() || age >= kKept) return;
  Entry& entry = entries_[request.id()];
  entry.digest = request.digest();
  entry.reply = FromProto(request.result());
  expiries_.emplace_back(now + kKept - std::max(age, std::chrono::milliseconds(0)), request.id());
  std::sort(expiries_.begin(), expiries_.end());
}

void AnsweredRequests::Forget(Clock::time_point now) {
  while (!expiries_.empty() && (expiries_.front().first <= now || expiries_.size() > kMost)) {
    entries_.erase(expiries_.front().second);
    expiries_.pop_front();
  }
}

}  // namespace wampgate::supervisor
