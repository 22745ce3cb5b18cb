#pragma once

#include <memory>

#include "http/message.hpp"
#include "proxy/options.hpp"

namespace wampgate::proxy {

class TunnelHost;

/// A path of type `websocket-reverseproxy` (spec 4.10), with everything below it: upgrades become tunnels,
/// plain requests get the status page or 426.
class TunnelService final : public http::Service {
 public:
  /// `host` outlives the service.
  TunnelService(TunnelOptions options, TunnelHost& host);
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  std::shared_ptr<const TunnelOptions> options_;
  TunnelHost& host_;
};

}  // namespace wampgate::proxy
