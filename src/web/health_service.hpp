#pragma once

#include <chrono>
#include <memory>

#include "http/message.hpp"
#include "web/node_state.hpp"
#include "web/options.hpp"

namespace wampgate::web {

/// 200 or 503 for load balancers, at exactly its path: whether the node is ready, or, without asking anybody,
/// that this process runs. Not ready is also what the source does not tell in time.
class HealthService final : public http::Service {
 public:
  static constexpr std::chrono::milliseconds kDeadline{2000};
  /// Whether the answer says why the node is not ready: names of workers are not for everybody.
  enum class Reasons : std::uint8_t { kHidden, kShown };
  HealthService(HealthOptions options, std::shared_ptr<NodeStateSource> source, Reasons reasons,
                std::chrono::milliseconds deadline = kDeadline);
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  HealthOptions options_;
  std::shared_ptr<NodeStateSource> source_;
  Reasons reasons_;
  std::chrono::milliseconds deadline_;
};

}  // namespace wampgate::web
