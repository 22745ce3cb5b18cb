#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/status.hpp"
#include "wampgate/internal/control.pb.h"

namespace wampgate::worker {

/// Sends the answer of one query; at most the first call counts. A copy may be kept and called later, also
/// after the channel broke: then nothing is sent.
class AnswerSlot {
 public:
  /// `answer` needs no id. Not OK: only the status is sent.
  void Send(internal::QueryAnswer answer) const;
  void Refuse(const Status& status) const;

 private:
  friend class Queries;
  struct State;
  explicit AnswerSlot(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// One flow of items to the supervisor. Items that the supervisor does not take are lost and counted.
class ItemStream {
 public:
  static constexpr std::size_t kMostPending = 4 * 1024 * 1024;  ///< octets in the channel; more: lost

  /// False: the item is lost. The supervisor learns of the first at once, of others with the next item that
  /// goes out.
  bool Send(internal::StreamItem item);
  /// The last item: no more will come, for `why`.
  void End(const Status& why);
  /// Whether much can be sent without loss.
  bool has_room() const { return pending_() < kMostPending / 2; }

 private:
  friend class Queries;
  ItemStream(std::uint64_t id, const std::function<void(const internal::Frame&)>& send,
             const std::function<std::size_t()>& pending)
      : id_(id), send_(send), pending_(pending) {}
  std::uint64_t id_;
  const std::function<void(const internal::Frame&)>& send_;
  const std::function<std::size_t()>& pending_;
  std::uint64_t lost_ = 0;  // and not told yet
  bool losing_ = false;
  bool ended_ = false;
};

/// The supervisor's queries and subscriptions, by kind, to who serves them here. Loop's thread only; outlives
/// the streams.
class Queries {
 public:
  using Answerer = std::function<void(const internal::Query& query, AnswerSlot slot)>;
  /// Begins to feed the stream; what it returns ends that. The stream dies after it.
  using Source =
      std::function<std::function<void()>(const internal::Subscribe& subscribe, ItemStream& stream)>;

  Queries(std::function<void(const internal::Frame&)> send, std::function<std::size_t()> pending);
  ~Queries();

  /// A kind that nobody serves is answered with UNIMPLEMENTED.
  void Serve(internal::Query::KindCase kind, Answerer answerer) { answerers_[kind] = std::move(answerer); }
  void Serve(internal::Subscribe::KindCase kind, Source source) { sources_[kind] = std::move(source); }

  void OnQuery(const internal::Query& query);
  void OnSubscribe(const internal::Subscribe& subscribe);
  void OnUnsubscribe(std::uint64_t id);
  /// The channel broke: what is not answered stays so, all subscriptions end.
  void OnLost();

 private:
  struct Subscription {
    std::unique_ptr<ItemStream> stream;
    std::function<void()> stop;
  };

  std::function<void(const internal::Frame&)> send_;
  std::function<std::size_t()> pending_;
  std::map<internal::Query::KindCase, Answerer> answerers_;
  std::map<internal::Subscribe::KindCase, Source> sources_;
  std::map<std::uint64_t, Subscription> subscriptions_;
  std::shared_ptr<const bool> channel_ = std::make_shared<const bool>(true);  // renewed with the channel
};

}  // namespace wampgate::worker
