#include "worker/queries.hpp"

#include <fmt/format.h>

#include <utility>

namespace wampgate::worker {

struct AnswerSlot::State {
  std::uint64_t id = 0;
  std::function<void(const internal::Frame&)> send;
  std::weak_ptr<const bool> channel;
};

void AnswerSlot::Send(internal::QueryAnswer answer) const {
  const auto send = std::exchange(state_->send, nullptr);
  if (send == nullptr || state_->channel.expired()) return;
  answer.set_id(state_->id);
  internal::Frame frame;
  frame.mutable_query_answer()->Swap(&answer);
  send(frame);
}

void AnswerSlot::Refuse(const Status& status) const {
  internal::QueryAnswer answer;
  answer.mutable_status()->set_code(static_cast<int>(status.code()));
  answer.mutable_status()->set_message(std::string(Message(status)));
  Send(std::move(answer));
}

bool ItemStream::Send(internal::StreamItem item) {
  if (ended_) return false;
  const bool fits = pending_() <= kMostPending;
  if (!fits) {
    ++lost_;
    if (losing_) return false;
    item.Clear();
  }
  losing_ = !fits;
  item.set_id(id_);
  item.set_lost(std::exchange(lost_, 0));
  internal::Frame frame;
  frame.mutable_stream_item()->Swap(&item);
  send_(frame);
  return fits;
}

void ItemStream::End(const Status& why) {
  if (ended_) return;
  ended_ = true;
  internal::Frame frame;
  frame.mutable_stream_item()->set_id(id_);
  frame.mutable_stream_item()->set_lost(lost_);
  frame.mutable_stream_item()->set_end(true);
  if (!why.ok()) {
    google::rpc::Status& status = *frame.mutable_stream_item()->mutable_status();
    status.set_code(static_cast<int>(why.code()));
    status.set_message(std::string(Message(why)));
  }
  send_(frame);
}

Queries::Queries(std::function<void(const internal::Frame&)> send, std::function<std::size_t()> pending)
    : send_(std::move(send)), pending_(std::move(pending)) {}

Queries::~Queries() {
  OnLost();
}

void Queries::OnQuery(const internal::Query& query) {
  const AnswerSlot slot(std::make_shared<AnswerSlot::State>(AnswerSlot::State{query.id(), send_, channel_}));
  const auto answerer = answerers_.find(query.kind_case());
  if (answerer != answerers_.end()) return answerer->second(query, slot);
  slot.Refuse(MakeStatus(StatusCode::kUnimplemented, "this worker process does not know the question"));
}

void Queries::OnSubscribe(const internal::Subscribe& subscribe) {
  OnUnsubscribe(subscribe.id());
  std::unique_ptr<ItemStream> stream(new ItemStream(subscribe.id(), send_, pending_));
  const auto source = sources_.find(subscribe.kind_case());
  if (source == sources_.end()) {
    return stream->End(
        MakeStatus(StatusCode::kUnimplemented, "this worker process does not know what is asked for"));
  }
  ItemStream& fed = *stream;
  Subscription& subscription = subscriptions_[subscribe.id()];
  subscription.stream = std::move(stream);
  subscription.stop = source->second(subscribe, fed);
}

void Queries::OnUnsubscribe(std::uint64_t id) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return;
  const Subscription ended = std::move(found->second);
  subscriptions_.erase(found);
  if (ended.stop) ended.stop();
}

void Queries::OnLost() {
  channel_ = std::make_shared<const bool>(true);
  while (!subscriptions_.empty()) OnUnsubscribe(subscriptions_.begin()->first);
}

}  // namespace wampgate::worker
