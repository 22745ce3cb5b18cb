#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "config/environment.hpp"
#include "config/object_name.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// An object with a name of its own, without the objects below it.
struct Resource {
  std::string_view kind;
  std::unique_ptr<google::protobuf::Message> content;
  std::string key{};  ///< of a path in its level, where that is not known by the name alone; else empty
};
using Resources = std::map<std::string, Resource>;

/// Makes `copy`, which is empty, equal to `message` but for the objects with names of their own in it,
/// without copying those first: a document may have 100,000 routes.
void CopyWithoutResources(const google::protobuf::Message& message, google::protobuf::Message& copy);

/// All objects of a document, by resource name.
Resources CollectResources(const v1::Node& document, const Environment& environment);

/// The object of that name, which is `object`, and all below it.
void CollectUnder(const ObjectName& name, const google::protobuf::Message& object,
                  const Environment& environment, Resources& resources);

}  // namespace wampgate::config
