#pragma once

#include <chrono>
#include <memory>

#include "http/message.hpp"
#include "web/node_info.hpp"

namespace wampgate::web {

/// The node's state as an HTML page, or as JSON for `Accept: application/json` (spec 4.6). 503 when the
/// source fails or does not answer in time.
class NodeInfoService final : public http::Service {
 public:
  static constexpr std::chrono::milliseconds kDeadline{2000};
  explicit NodeInfoService(std::shared_ptr<NodeInfoSource> source,
                           std::chrono::milliseconds deadline = kDeadline);
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  std::shared_ptr<NodeInfoSource> source_;
  std::chrono::milliseconds deadline_;
};

}  // namespace wampgate::web
