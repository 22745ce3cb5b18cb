#pragma once

#include <memory>

#include "http/message.hpp"

namespace wampgate::web {

/// `none` (spec 4.2): 404 for everything; hides what the level's own service would show on the path.
class NotFoundService final : public http::Service {
 public:
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;
};

}  // namespace wampgate::web
