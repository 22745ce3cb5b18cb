#include "proxy/backend_search.hpp"

#include <algorithm>
#include <utility>

namespace wampgate::proxy {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds kLeastShare{200};

}  // namespace

BackendSearch::BackendSearch(Runtime& runtime, std::vector<std::shared_ptr<Backend>> candidates,
                             wamp::Serializer preferred)
    : runtime_(runtime), candidates_(std::move(candidates)), preferred_(preferred) {
  for (const auto& backend : candidates_) budget_ = std::max(budget_, backend->options().join_timeout);
}

BackendSearch::~BackendSearch() = default;

bool BackendSearch::Start(Owner& owner) {
  owner_ = &owner;
  deadline_ = BackendHealth::Clock::now() + budget_;
  return TryNext();
}

bool BackendSearch::TryNext() {
  if (next_ == candidates_.size()) return false;
  dialled_ = BackendHealth::Clock::now();
  dial_ =
      runtime_.dialer.Dial(candidates_[next_], preferred_,
                           [this](StatusOr<std::unique_ptr<wamp::Link>> link) { OnDialed(std::move(link)); });
  attempt_.Start(runtime_.loop.timers(), ShareOfAttempt(), [this] { OnAttemptTimeout(); });
  return true;
}

milliseconds BackendSearch::ShareOfAttempt() const {
  return std::max(left() / static_cast<int>(candidates_.size() - next_), kLeastShare);
}

milliseconds BackendSearch::left() const {
  return std::max(duration_cast<milliseconds>(deadline_ - BackendHealth::Clock::now()), milliseconds(0));
}

std::chrono::microseconds BackendSearch::attempt_age() const {
  return duration_cast<std::chrono::microseconds>(BackendHealth::Clock::now() - dialled_);
}

void BackendSearch::OnDialed(StatusOr<std::unique_ptr<wamp::Link>> link) {
  if (owner_ == nullptr) return;
  attempt_.Stop();
  DropDial();
  if (!link.ok()) return Fail(Message(link.status()));
  owner_->OnBackendConnected(candidates_[next_], *std::move(link));
}

void BackendSearch::OnAttemptTimeout() {
  DropDial();
  Fail("no connection in time");
}

bool BackendSearch::Lost(std::string_view why) {
  Note(why);
  return TryNext();
}

void BackendSearch::Fail(std::string_view why) {
  Note(why);
  if (!TryNext()) owner_->OnBackendsExhausted(failures_);
}

void BackendSearch::Note(std::string_view why) {
  const auto& backend = candidates_[next_++];
  std::string failure;
  if (!why.starts_with(backend->address()))
    failure = backend->address() + ": ";  // the connector names it itself
  failure += why;
  backend->Failed(failure, BackendHealth::Clock::now());
  if (!failures_.empty()) failures_ += "; ";
  failures_ += failure;
}

void BackendSearch::Cancel() {
  owner_ = nullptr;
  attempt_.Stop();
  DropDial();
}

void BackendSearch::DropDial() {
  if (dial_ != nullptr) runtime_.loop.DeleteLater(std::move(dial_));
}

}  // namespace wampgate::proxy
