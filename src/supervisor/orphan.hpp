#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "supervisor/arrival.hpp"
#include "supervisor/child.hpp"
#include "wampgate/internal/process_record.pb.h"

namespace wampgate::supervisor {

/// A worker process without a supervisor: it is watched, and once it has called there is what it said. Loop's
/// thread only.
class Orphan final : private control::ChannelHandler {
 public:
  using OnChange = std::function<void()>;  ///< it has ended, called, or its channel broke
  Orphan(net::Loop& loop, internal::ProcessRecord record, OnChange on_change);
  ~Orphan();
  Orphan(const Orphan&) = delete;
  Orphan& operator=(const Orphan&) = delete;

  /// Begins to watch it. If that cannot be done it counts as ended.
  void Watch(UniqueFd pidfd);

  /// Whether it is the process that called: the kernel's word for the pid, and its own for the rest.
  bool Is(const Arrival& arrival) const;
  /// Of another version of the protocol only the sockets are kept.
  void Take(Arrival arrival);

  const internal::ProcessRecord& record() const { return record_; }
  bool ended() const { return child_ == nullptr; }
  /// It has said Hello, and its channel holds or is of no use.
  bool has_called() const { return called_ && (arrival_.channel != nullptr || !speaks_our_protocol()); }
  bool speaks_our_protocol() const;
  /// Whether it can go on serving: it speaks our protocol, has applied a revision and is not on its way out.
  bool serves() const;
  const internal::Hello& hello() const { return arrival_.hello; }
  const std::vector<HeldSocket>& held() const { return arrival_.held; }
  std::vector<UniqueFd>& sockets() { return arrival_.sockets; }
  void Signal(int signal);

  /// For whoever takes the process over; nobody is told of anything any more.
  std::unique_ptr<Child> TakeChild();
  Arrival TakeArrival() { return std::move(arrival_); }

 private:
  void OnFrame(internal::Frame& /*frame*/, std::vector<UniqueFd>& /*descriptors*/) override {}
  void OnChannelClosed(const Status& reason) override;
  void DropChannel();

  net::Loop& loop_;
  internal::ProcessRecord record_;
  OnChange on_change_;
  std::unique_ptr<Child> child_;
  bool called_ = false;
  Arrival arrival_;
};

}  // namespace wampgate::supervisor
