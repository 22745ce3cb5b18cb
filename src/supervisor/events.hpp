#pragma once

#include <wampgate/v1/node_service.pb.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"

namespace wampgate::supervisor {

/// What is to be seen of one object of the node.
struct ObjectState {
  std::string state;   ///< "running", "draining", …
  std::string detail;  ///< in words
  bool operator==(const ObjectState&) const = default;
};
/// By name: "node", "workers/w", "workers/w/processes/0", ….
using ObjectStates = std::map<std::string, ObjectState>;

/// The story of the node's objects, told to those who watch: each change gets the next number, no number is
/// left out, and the last 10,000 are kept for watchers that come back. Numbers only grow, also over restarts.
///
/// Watch and Unwatch may be called from any thread; the rest, and all callbacks, belong to the loop's thread.
class Events {
 public:
  static constexpr std::size_t kKept = 10'000;
  static constexpr std::size_t kMostWatchers = 100;
  static constexpr std::chrono::seconds kBookmarkInterval{10};

  struct Calls {
    std::function<void(const v1::NodeEvent& event)> on_event;
    /// It is over: OUT_OF_RANGE if the number is none that is kept, RESOURCE_EXHAUSTED for one watcher too
    /// many, UNAVAILABLE when the node stops.
    std::function<void(const Status& status)> on_end;
  };

  explicit Events(net::Loop& loop);
  ~Events();

  /// `from` 0: a SNAPSHOT of every object, then what changes. Else what happened after that number. A call
  /// that is on its way may come after Unwatch.
  std::uint64_t Watch(std::uint64_t from, Calls calls);
  void Unwatch(std::uint64_t id);

  /// How the objects are now: what differs from before becomes events.
  void Observe(const ObjectStates& now);
  /// Something that is no state: "revision 7 runs".
  void Tell(const std::string& name, const std::string& detail);
  /// Ends every watching with `why`, and what comes.
  void Close(const Status& why = Unavailable("the node is stopping"));

  std::uint64_t last() const { return last_; }

 private:
  void Add(v1::NodeEvent event);
  void Begin(std::uint64_t id, std::uint64_t from, Calls calls);
  void Bookmark();

  net::Loop& loop_;
  std::uint64_t last_;
  ObjectStates objects_;
  std::deque<v1::NodeEvent> kept_;
  std::map<std::uint64_t, Calls> watchers_;
  Timer bookmark_;
  std::optional<Status> closed_;
};

}  // namespace wampgate::supervisor
