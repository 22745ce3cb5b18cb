#pragma once

#include <map>
#include <string>

#include "config/resolve_context.hpp"
#include "wampgate/v1/path.pb.h"
#include "web/options.hpp"

namespace wampgate::config {

/// Relative, and not out of its directory.
bool StaysBelow(const std::string& file);
/// `mime_types`; keys that never match are warned of.
std::map<std::string, std::string> ResolveMimeTypes(
    const google::protobuf::Map<std::string, std::string>& types, const Where& where, const Context& context);

web::StaticOptions ResolveStatic(const v1::StaticPath& path, const Where& where, const Context& context);
web::JsonOptions ResolveJson(const v1::JsonPath& path, const Where& where, const Context& context);
web::HealthOptions ResolveHealth(const v1::HealthPath& path);
web::RedirectOptions ResolveRedirect(const v1::RedirectPath& path, const Where& where,
                                     const Context& context);

}  // namespace wampgate::config
