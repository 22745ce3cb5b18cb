#pragma once

#include <memory>

#include "http/message.hpp"
#include "web/options.hpp"

namespace wampgate::web {

/// One JSON value (spec 4.7), at exactly its path; anything below is 404.
class JsonService final : public http::Service {
 public:
  explicit JsonService(JsonOptions options);
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  JsonOptions options_;
};

}  // namespace wampgate::web
