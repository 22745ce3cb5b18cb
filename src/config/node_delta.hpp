#pragma once

#include <string>
#include <vector>

#include "config/object_name.hpp"
#include "wampgate/internal/node_delta.pb.h"
#include "wampgate/v1/config.pb.h"

/// Documents with 100,000 routes, without copying those that do not change. Routes are what a document has
/// many of. A delta says everything about a document but realms without any route, which are nothing to
/// anybody.
namespace wampgate::config {

/// The document without the routes of its workers.
v1::Node WithoutRoutes(const v1::Node& document);

/// How many routes the document has.
std::size_t CountRoutes(const v1::Node& document);

/// What makes `document` of one that differs from it in nothing of its workers' routes but `routes`.
internal::NodeDelta DeltaTo(const v1::Node& document, const std::vector<ObjectName>& routes);

/// Makes of `document` the one that the delta leads to.
void ApplyDelta(internal::NodeDelta delta, v1::Node& document);

}  // namespace wampgate::config
