#pragma once

#include <functional>
#include <unordered_map>

#include "wampgate/internal/control.pb.h"
#include "web/node_info.hpp"

namespace wampgate::worker {

/// Asks the supervisor over the control channel what `nodeinfo` pages show. Loop's thread only.
class SupervisorNodeInfo final : public web::NodeInfoSource {
 public:
  /// `send` is false when there is no supervisor at present.
  using Send = std::function<bool(const internal::Frame&)>;
  /// `pid` is the supervisor's, 0 when there is none at present.
  SupervisorNodeInfo(Send send, std::function<pid_t()> pid) : send_(std::move(send)), pid_(std::move(pid)) {}

  void Get(std::function<void(StatusOr<web::NodeInfo>)> done) override;
  void OnAnswer(const internal::NodeInfo& answer);
  /// The supervisor is gone; everyone who waits is told.
  void OnLost();

 private:
  Send send_;
  std::function<pid_t()> pid_;
  std::unordered_map<std::uint64_t, std::function<void(StatusOr<web::NodeInfo>)>> waiting_;
  std::uint64_t last_id_ = 0;
};

}  // namespace wampgate::worker
