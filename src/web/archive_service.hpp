#pragma once

#include <memory>

#include "http/message.hpp"
#include "http/offload.hpp"
#include "web/archive_options.hpp"

namespace wampgate::web {

class Archives;
class ArchiveTree;

/// The files of a ZIP archive (spec 4.5). All work on it happens on the helper thread, fetching it on another
/// one.
class ArchiveService final : public http::Service {
 public:
  /// Begins to fetch the archive if it is to come from its origin. Helper thread. `offload` and `archives`
  /// outlive the service.
  ArchiveService(ArchiveOptions options, Archives& archives, http::Offload& offload);
  ~ArchiveService() override;
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  std::shared_ptr<const ArchiveTree> tree_;
  http::Offload& offload_;
};

}  // namespace wampgate::web
