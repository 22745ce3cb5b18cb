#pragma once

#include <chrono>
#include <memory>

#include "http/message.hpp"
#include "web/node_state.hpp"

namespace wampgate::web {

/// The node's metrics in the text format of Prometheus, at exactly its path. 503 when the source fails or
/// does not answer in time: a scrape that fails shows a gap, a wrong one shows counters that fall.
class MetricsService final : public http::Service {
 public:
  static constexpr std::chrono::milliseconds kDeadline{5000};
  explicit MetricsService(std::shared_ptr<NodeStateSource> source,
                          std::chrono::milliseconds deadline = kDeadline);
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  std::shared_ptr<NodeStateSource> source_;
  std::chrono::milliseconds deadline_;
};

}  // namespace wampgate::web
