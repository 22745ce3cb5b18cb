#include "supervisor/config_watchers.hpp"

#include <utility>

namespace wampgate::supervisor {

void ConfigWatchers::Add(std::uint64_t id, Watcher watcher) {
  auto entry = std::make_shared<Entry>();
  entry->watcher = std::move(watcher);
  watchers_[id] = std::move(entry);
  Await(id);
}

void ConfigWatchers::Await(std::uint64_t id) {
  const auto found = watchers_.find(id);
  if (found == watchers_.end()) return;
  found->second->idle.Start(loop_.timers(), kBookmarks, [this, id, &entry = *found->second] {
    entry.watcher.tell(ConfigEventKind::kBookmark, running_);
    Await(id);
  });
}

template <typename Call>
void ConfigWatchers::ForEach(const Call& call) {
  const auto all = watchers_;  // a call may remove
  for (const auto& [id, entry] : all) {
    call(entry->watcher);
    Await(id);
  }
}

void ConfigWatchers::TellAbout(const internal::Revision& revision, const Watcher& watcher) {
  if (revision.undoes() != 0) watcher.tell(ConfigEventKind::kRolledBack, revision);
  watcher.tell(ConfigEventKind::kCommitted, revision);
  if (revision.has_confirmation() && revision.confirmation().confirmed()) {
    watcher.tell(ConfigEventKind::kConfirmed, revision);
  }
}

void ConfigWatchers::TellAbout(const internal::Revision& revision) {
  ForEach([&](const Watcher& watcher) { TellAbout(revision, watcher); });
}

void ConfigWatchers::TellConfirmed(const internal::Revision& revision) {
  ForEach([&](const Watcher& watcher) { watcher.tell(ConfigEventKind::kConfirmed, revision); });
}

void ConfigWatchers::Close(const Status& status) {
  for (const auto& [id, entry] : std::exchange(watchers_, {})) entry->watcher.end(status);
}

}  // namespace wampgate::supervisor
