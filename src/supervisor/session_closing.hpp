#pragma once

#include <google/longrunning/operations.pb.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "supervisor/operations.hpp"
#include "supervisor/process_queries.hpp"
#include "wampgate/v1/session_service.pb.h"

namespace wampgate::supervisor {

/// Which sessions are to be ended, and how.
struct SessionClosingOrder {
  ProcessSelector selector;
  internal::CloseSessions query;  ///< `limit` is ours
  std::uint32_t rate = 0;         ///< sessions per second and process; 0: all at once
  bool validate_only = false;     ///< count only
};

/// Ends sessions at a rate, as an operation with CloseSessionsProgress, until as many have been ended as
/// matched when it began, or none is left. Processes that end meanwhile are left out. Loop's thread only.
class SessionClosing final : public net::Mortal {
 public:
  using Ask = std::function<void(internal::Query query, AskDone done)>;
  using Begun = std::function<void(StatusOr<google::longrunning::Operation>)>;
  struct Surroundings {
    net::Loop& loop;
    Operations& operations;
    Ask ask;                            ///< the processes of the order
    std::function<void()> on_finished;  ///< may be destroyed by DeleteLater
  };
  SessionClosing(Surroundings surroundings, SessionClosingOrder order, Begun begun);

  /// Counts; `begun` gets the operation, or why there is none.
  void Start();

 private:
  void OnCounted(const StatusOr<std::vector<ProcessAnswer>>& answers);
  void Next();
  void OnClosed(const StatusOr<std::vector<ProcessAnswer>>& answers);
  void Succeed();
  void Fail(const Status& status);
  internal::Query Query(std::uint64_t limit) const;

  Surroundings around_;
  SessionClosingOrder order_;
  Begun begun_;
  std::string operation_;
  v1::CloseSessionsProgress progress_;
  std::uint64_t closed_ = 0;
  bool cancelled_ = false;
  Timer timer_;
};

}  // namespace wampgate::supervisor
