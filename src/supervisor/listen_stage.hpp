#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "config/problem.hpp"
#include "config/resolved.hpp"
#include "supervisor/activated_sockets.hpp"
#include "supervisor/listen_endpoint.hpp"

namespace wampgate::supervisor {

/// The listening sockets of a revision that is being prepared: what stays, what was bound for it, what it
/// gives up. Nothing of it has an effect on the running sockets; new ones are bound and do not listen.
/// Destroying it undoes it: new sockets are closed and new socket files removed, unless Keep was called.
class ListenStage {
 public:
  /// Binds what `next` needs and neither `present` nor the service manager has. A transport keeps its sockets
  /// as long as its address stays as it is configured (so port 0 keeps its port), also under another name or
  /// in another worker. Every problem has the path of the transport's endpoint; after an error the stage is
  /// of no use.
  ListenStage(const ListenTable& present, const config::Node& next,
              const ActivatedSockets& activated = ActivatedSockets::None());
  ~ListenStage();
  ListenStage(const ListenStage&) = delete;
  ListenStage& operator=(const ListenStage&) = delete;

  const config::Problems& problems() const { return problems_; }

  struct Entry {
    std::string transport;
    std::string worker;
    net::ListenEndpoint settings;              ///< of the new revision
    std::shared_ptr<ListenEndpoint> endpoint;  ///< new, or one that runs
    std::vector<UniqueFd> added;               ///< sockets an endpoint gets that runs already
    std::size_t count = 0;                     ///< sockets it is to have
    /// The running transport of this name has other sockets, or there is none: its processes need to be told.
    bool changed = false;
  };
  std::vector<Entry>& entries() { return entries_; }
  const Entry* Find(const std::string& transport) const;
  /// Descriptor of socket `index` of an entry, be it new or running.
  int fd(const Entry& entry, std::size_t index) const;

  /// Endpoints at addresses that other programs listen on too.
  const std::set<std::string>& foreign() const { return foreign_; }
  /// Endpoints of `present` that the new revision does not have.
  const std::vector<std::shared_ptr<ListenEndpoint>>& removed() const { return removed_; }

  /// The revision has been decided: destroying the stage undoes nothing.
  void Keep() { kept_ = true; }

 private:
  void Enter(const config::Node& next);
  void MatchPresent(const ListenTable& present);
  void BindMissing();
  void Bind(Entry& entry);
  bool TakeActivated(Entry& entry);
  void BindNew(Entry& entry);
  void Grow(Entry& entry);
  bool NodeShares(const Entry& entry) const;
  void Fail(const Entry& entry, const Status& status);

  const ActivatedSockets& activated_;
  std::vector<Entry> entries_;
  std::vector<std::string> paths_;  // configuration path of each entry's endpoint
  std::vector<std::shared_ptr<ListenEndpoint>> removed_;
  std::vector<std::shared_ptr<ListenEndpoint>> made_;
  std::set<std::string> foreign_;
  config::Problems problems_;
  bool kept_ = false;
};

}  // namespace wampgate::supervisor
