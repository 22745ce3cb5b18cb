#pragma once

#include <string>
#include <vector>

#include "config/resolve_context.hpp"
#include "config/resolved.hpp"

namespace wampgate::config {

/// Finds transports that cannot listen at the same time. Port 0 and port ranges never clash: each gets a port
/// of its own.
class ListenConflicts {
 public:
  explicit ListenConflicts(const Context& context) : context_(context) {}
  /// `where` is that of the worker's `transports`.
  void Add(const Worker& worker, const Where& where);

 private:
  struct Taken {
    net::ListenEndpoint endpoint;
    std::string worker;
    std::string path;
  };
  void Check(const Taken& earlier, const Taken& later, const Where& where) const;

  const Context& context_;
  std::vector<Taken> taken_;
};

}  // namespace wampgate::config
