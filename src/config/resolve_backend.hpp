#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <map>
#include <string>

#include "config/resolve_context.hpp"
#include "proxy/options.hpp"
#include "wampgate/v1/backend.pb.h"

namespace wampgate::config {

/// The entries of `connections`, by id.
std::map<std::string, proxy::BackendOptions> ResolveConnections(
    const google::protobuf::Map<std::string, v1::Connection>& connections, const std::string& worker_name,
    const Where& where, const Context& context);

/// The routes, checked against the connections.
proxy::RouteOptions ResolveRoutes(const google::protobuf::Map<std::string, v1::RealmRoutes>& routes,
                                  const google::protobuf::Map<std::string, v1::Connection>& connections,
                                  const Where& where, const Context& context);

/// The `backends` of a worker (G1), or of a path (G2). `parent` is the resource they belong to.
proxy::TransparentOptions ResolveBackends(
    const google::protobuf::RepeatedPtrField<v1::WorkerBackend>& backends, const std::string& parent,
    const Where& where, const Context& context);
proxy::TransparentOptions ResolveBackends(const google::protobuf::RepeatedPtrField<v1::PathBackend>& backends,
                                          const std::string& parent, const Where& where,
                                          const Context& context);

}  // namespace wampgate::config
