#include "http/path_table.hpp"

#include <utility>

#include "http/pages.hpp"

namespace wampgate::http {

PathTable::PathTable(Children children, std::shared_ptr<Service> root)
    : children_(std::move(children)), root_(std::move(root)) {}

void PathTable::Handle(Request request, std::shared_ptr<Responder> responder) {
  if (request.consumed < request.segments.size()) {
    const auto it = children_.find(request.segments[request.consumed]);
    if (it != children_.end()) {
      ++request.consumed;
      request.at_level_root = false;
      it->second->Handle(std::move(request), std::move(responder));
      return;
    }
  }
  if (root_ == nullptr) {
    responder->Send(NotFoundPage());
    return;
  }
  request.at_level_root = true;
  root_->Handle(std::move(request), std::move(responder));
}

}  // namespace wampgate::http
