#include "web/not_found_service.hpp"

#include "http/pages.hpp"

namespace wampgate::web {

void NotFoundService::Handle(http::Request, std::shared_ptr<http::Responder> responder) {
  responder->Send(http::NotFoundPage());
}

}  // namespace wampgate::web
