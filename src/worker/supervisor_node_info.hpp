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
  explicit SupervisorNodeInfo(Send send) : send_(std::move(send)) {}

  void Get(std::function<void(StatusOr<web::NodeInfo>)> done) override;
  void OnAnswer(const internal::NodeInfo& answer);
  /// The supervisor is gone; everyone who waits is told.
  void OnLost();

 private:
  Send send_;
  std::unordered_map<std::uint64_t, std::function<void(StatusOr<web::NodeInfo>)>> waiting_;
  std::uint64_t last_id_ = 0;
};

}  // namespace wampgate::worker
