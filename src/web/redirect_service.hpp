#pragma once

#include <memory>

#include "http/message.hpp"
#include "web/options.hpp"

namespace wampgate::web {

/// 302 to a fixed URL from its path and everything below; query and rest of the path are not appended
/// (spec 4.8).
class RedirectService final : public http::Service {
 public:
  explicit RedirectService(RedirectOptions options);
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  RedirectOptions options_;
};

}  // namespace wampgate::web
