#pragma once

#include <string>
#include <vector>

#include "config/resolve_context.hpp"
#include "config/resolve_path.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// The ids of a worker's transports, in order: their own, else the listening address, else the position.
std::vector<std::string> TransportIds(const v1::Worker& worker, const Environment& environment);

/// `worker_name` is the resource they belong to, `where` that of the worker.
std::vector<Transport> ResolveTransports(const v1::Worker& worker, const std::string& worker_name,
                                         const WampEndpoint& common, const Where& where,
                                         const Context& context);

}  // namespace wampgate::config
