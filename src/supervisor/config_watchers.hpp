#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "wampgate/internal/revision.pb.h"

namespace wampgate::supervisor {

enum class ConfigEventKind : std::uint8_t {
  kSnapshot,    ///< of the running revision, at first
  kCommitted,   ///< the revision runs
  kRolledBack,  ///< the revision undoes another one (`undoes`); its own kCommitted follows
  kConfirmed,
  kBookmark,  ///< nothing has happened for 10 s; the revision runs
};

/// Who wants to know what becomes of the configuration. Loop's thread only.
class ConfigWatchers {
 public:
  static constexpr std::chrono::seconds kBookmarks{10};

  struct Watcher {
    std::function<void(ConfigEventKind, const internal::Revision&)> tell;
    std::function<void(const Status&)> end;  ///< once, if the node ends the watch
  };

  /// `running` outlives it.
  ConfigWatchers(net::Loop& loop, const internal::Revision& running) : loop_(loop), running_(running) {}

  /// The id is the caller's, unique.
  void Add(std::uint64_t id, Watcher watcher);
  void Remove(std::uint64_t id) { watchers_.erase(id); }
  /// Everything that `revision` means, to one watcher or all.
  static void TellAbout(const internal::Revision& revision, const Watcher& watcher);
  void TellAbout(const internal::Revision& revision);
  void TellConfirmed(const internal::Revision& revision);
  /// Ends them all.
  void Close(const Status& status);

 private:
  struct Entry {
    Watcher watcher;
    Timer idle;
  };
  template <typename Call>
  void ForEach(const Call& call);
  void Await(std::uint64_t id);

  net::Loop& loop_;
  const internal::Revision& running_;
  std::map<std::uint64_t, std::shared_ptr<Entry>> watchers_;
};

}  // namespace wampgate::supervisor
