#pragma once

#include "config/resolve_context.hpp"
#include "wampgate/v1/path.pb.h"
#include "web/options.hpp"

namespace wampgate::config {

web::StaticOptions ResolveStatic(const v1::StaticPath& path, const Where& where, const Context& context);
web::JsonOptions ResolveJson(const v1::JsonPath& path, const Where& where, const Context& context);
web::HealthOptions ResolveHealth(const v1::HealthPath& path);
web::RedirectOptions ResolveRedirect(const v1::RedirectPath& path, const Where& where,
                                     const Context& context);

}  // namespace wampgate::config
