#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "http/message.hpp"

namespace wampgate::http {

/// One level of the path table (spec 4.1.2), immutable: exact first segment → child, else the level's own
/// service, else 404. Levels nest by being services themselves; unchanged children are shared between
/// snapshots.
class PathTable final : public Service {
 public:
  using Children = std::map<std::string, std::shared_ptr<Service>, std::less<>>;
  /// `root` is the service of "/", null if there is none.
  PathTable(Children children, std::shared_ptr<Service> root);
  void Handle(Request request, std::shared_ptr<Responder> responder) override;

 private:
  Children children_;
  std::shared_ptr<Service> root_;
};

}  // namespace wampgate::http
