#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "supervisor/process.hpp"
#include "wampgate/internal/control.pb.h"

namespace wampgate::supervisor {

/// Which processes are meant: one, all of a worker, or all of the node.
struct ProcessSelector {
  std::string worker;                    ///< id; empty: all workers
  std::optional<std::uint32_t> process;  ///< index; only with a worker
};

/// What one process answered. A status other than OK: it does not serve (UNAVAILABLE), did not answer in time
/// (DEADLINE_EXCEEDED), or refused (its own status).
struct ProcessAnswer {
  std::string process;  ///< "workers/w/processes/0"
  Status status;
  internal::QueryAnswer answer;
};
using AskDone = std::function<void(StatusOr<std::vector<ProcessAnswer>>)>;

/// What a subscriber is told, on the loop's thread.
struct SubscriptionCalls {
  std::function<void(const std::string& process, internal::StreamItem& item)> on_item;
  /// The process ended or its channel broke: what it would have sent since is lost. If it comes back its
  /// items go on.
  std::function<void(const std::string& process)> on_gone;
  /// It could not begin (no such worker, too many subscriptions). The only call.
  std::function<void(const Status& status)> on_refused;
};

/// "workers/w/processes/0".
std::string ProcessName(const Process& process);

/// Questions to worker processes and the flows of items they send. Bounded. Loop's thread only.
class ProcessQueries final : public AnswerReceiver {
 public:
  static constexpr std::size_t kMostAsks = 1000;  ///< under way at once
  static constexpr std::size_t kMostSubscriptions = 100;

  explicit ProcessQueries(net::Loop& loop) : loop_(loop) {}

  /// `done` is called once, with one answer per process in their order; at once if none of them serves.
  void Ask(const std::vector<Process*>& processes, internal::Query query, std::chrono::milliseconds deadline,
           AskDone done);

  /// Items of all processes for which `wanted` holds, those to come too, until Unsubscribe(id).
  void Subscribe(std::uint64_t id, std::function<bool(const Process&)> wanted, internal::Subscribe subscribe,
                 const std::map<std::uint64_t, Process*>& present, SubscriptionCalls calls);
  void Unsubscribe(std::uint64_t id, const std::map<std::uint64_t, Process*>& present);

  void OnQueryAnswer(Process& process, internal::QueryAnswer& answer) override;
  void OnStreamItem(Process& process, internal::StreamItem& item) override;
  void OnChannelOpened(Process& process) override;
  void OnChannelLost(Process& process) override;

 private:
  struct PendingAsk {
    std::vector<ProcessAnswer> answers;
    std::map<std::uint64_t, std::size_t> waiting;  // generation → its place in `answers`
    AskDone done;
    Timer deadline;
  };
  struct Subscriber {
    std::function<bool(const Process&)> wanted;
    internal::Subscribe subscribe;
    SubscriptionCalls calls;
  };
  using Asks = std::map<std::uint64_t, std::unique_ptr<PendingAsk>>;

  void Answered(Asks::iterator ask, std::uint64_t generation, Status status, internal::QueryAnswer* answer);
  void Finish(Asks::iterator ask);

  net::Loop& loop_;
  std::uint64_t last_query_ = 0;
  Asks asks_;
  std::map<std::uint64_t, std::shared_ptr<Subscriber>> subscribers_;
};

}  // namespace wampgate::supervisor
