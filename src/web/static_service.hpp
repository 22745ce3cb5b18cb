#pragma once

#include <memory>

#include "http/message.hpp"
#include "http/offload.hpp"
#include "web/options.hpp"

namespace wampgate::web {

class FileTree;

/// The files of a directory (spec 4.4). All file work happens on the helper thread; never leaves its root.
class StaticService final : public http::Service {
 public:
  /// `offload` outlives the service. The directory need not exist.
  StaticService(StaticOptions options, http::Offload& offload);
  ~StaticService() override;
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  std::shared_ptr<const FileTree> tree_;
  http::Offload& offload_;
};

}  // namespace wampgate::web
