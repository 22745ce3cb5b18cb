#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/resolved.hpp"
#include "net/tls_files.hpp"

namespace wampgate::worker {

/// Reads the files of TLS that a worker's settings name, and makes contexts of them. What has not changed is
/// the same context as before; files that cannot be used any more leave what was read last, with a warning in
/// the log, and where nothing was, the error in its place. One thread at a time: the helper's.
class TlsContexts {
 public:
  /// Of the listeners and backends of all workers of `node`.
  void Read(config::Node& node);

 private:
  template <typename Options>
  struct Loaded {
    Options options;
    std::shared_ptr<const net::TlsContext> context;  // null: never could they be used
    std::string error;
  };
  /// By the files: of the node that was read last, and of those that are still in use.
  template <typename Files, typename Options>
  struct Known {
    std::map<Files, Loaded<Options>> now, before;
    void Begin();
    void End();
    template <typename Tls>
    void Read(Tls& tls);
  };

  void Read(config::UniversalTransport& universal);
  void Read(config::PathLevel& level);
  void Read(std::optional<proxy::TransparentOptions>& transparent);
  void Read(proxy::BackendOptions& backend);

  Known<net::TlsServerFiles, net::TlsServerOptions> listeners_;
  Known<net::TlsClientFiles, net::TlsClientOptions> backends_;
};

}  // namespace wampgate::worker
