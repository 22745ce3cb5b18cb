#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "http/message.hpp"

namespace wampgate::http {

/// What a universal transport does with requests (spec 1.5), immutable: the first segment of the URL path
/// that is not empty picks an entry, "/" alone the root entry; everything else goes to `others`. Each request
/// of a connection is looked at anew.
class UniversalTable final : public Service {
 public:
  using Entries = std::map<std::string, std::shared_ptr<Service>, std::less<>>;
  /// `root` may be null. Without `others` the connection is closed, and nothing is sent.
  UniversalTable(Entries entries, std::shared_ptr<Service> root, std::shared_ptr<Service> others);
  void Handle(Request request, std::shared_ptr<Responder> responder) override;

 private:
  Service* EntryFor(Request& request) const;

  Entries entries_;
  std::shared_ptr<Service> root_;
  std::shared_ptr<Service> others_;
};

}  // namespace wampgate::http
