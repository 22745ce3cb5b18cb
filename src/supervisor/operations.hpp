#pragma once

#include <google/longrunning/operations.pb.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"

namespace wampgate::supervisor {

/// Long work under names that callers can ask for, wait for and cancel (AIP-151). What has ended is kept for
/// an hour; 1,000 operations at most are known, of which those that run are never forgotten.
///
/// The calls of the first group may be made from any thread; their callbacks come on the loop's thread. The
/// rest belongs to the loop's thread. Names are never given twice, not by the next supervisor either.
class Operations {
 public:
  using Operation = google::longrunning::Operation;
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  static constexpr std::size_t kMaxKept = 1000;
  static constexpr std::chrono::hours kKeepEnded{1};
  static constexpr std::size_t kMaxWaiters = 1000;  ///< of all operations together

  explicit Operations(net::Loop& loop, Clock clock = std::chrono::steady_clock::now);
  ~Operations();

  // From any thread:

  /// Newest first.
  void List(std::function<void(std::vector<Operation>)> done);
  using Done = std::function<void(StatusOr<Operation>)>;
  /// NOT_FOUND if there is none of that name, or none any more.
  void Get(std::string name, Done done);
  /// Answers when the operation ends, or after `timeout` with the operation as it stands. NOT_FOUND;
  /// RESOURCE_EXHAUSTED if too many wait; UNAVAILABLE when the node stops.
  void Wait(std::string name, std::chrono::milliseconds timeout, Done done);
  /// OK also if it has ended. NOT_FOUND.
  void Cancel(std::string name, std::function<void(const Status&)> done);

  // On the loop's thread:

  /// Called once at most, when a caller asks the operation to stop; whoever runs it then ends it with Fail.
  using OnCancel = std::function<void()>;
  /// A new operation; its name, `operations/…`. RESOURCE_EXHAUSTED if 1,000 run.
  StatusOr<std::string> Begin(const google::protobuf::Message& metadata, OnCancel on_cancel);
  /// The same under the name it had before a restart of the supervisor.
  void Resume(const std::string& name, const google::protobuf::Message& metadata, OnCancel on_cancel);
  /// How far it is. The three below have no effect on a name that is unknown or has ended.
  void Progress(const std::string& name, const google::protobuf::Message& metadata);
  void Succeed(const std::string& name, const google::protobuf::Message& response);
  void Fail(const std::string& name, const Status& status);
  /// Ends every waiting with `why`, and what comes.
  void Close(const Status& why = Unavailable("the node is stopping"));

 private:
  struct Entry {
    Operation operation;
    OnCancel on_cancel;
    std::chrono::steady_clock::time_point ended;
  };
  struct Waiter {
    std::string name;
    Done done;
    Timer timer;
  };
  Entry* Find(const std::string& name);
  Entry* FindRunning(const std::string& name);
  void Insert(const std::string& name, const google::protobuf::Message& metadata, OnCancel on_cancel);
  bool MakeRoom();
  void ForgetOld();
  void AddWaiter(const std::string& name, std::chrono::milliseconds timeout, Done done);
  void OnEnded(Entry& entry);

  net::Loop& loop_;
  Clock clock_;
  std::string prefix_;
  std::uint64_t last_ = 0;
  std::list<Entry> entries_;  // oldest first
  std::list<Waiter> waiters_;
  std::optional<Status> closed_;
};

}  // namespace wampgate::supervisor
