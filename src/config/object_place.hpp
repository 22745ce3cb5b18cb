#pragma once

#include <string>
#include <vector>

#include "config/document_objects.hpp"
#include "config/problem.hpp"

namespace wampgate::config {

/// The path of an object's key in its document: "workers[1].transports[0].paths.ws". Empty: there is none.
std::string PlaceOf(const DocumentObjects& objects, const v1::Node& document, const ObjectName& name);

/// An object that a request has put into a document.
struct PlacedObject {
  ObjectName name;
  std::string request_key;  ///< where the request has it, "changes[2].path"
};

/// Gives problems in one of the objects the paths that the request's author knows:
/// "changes[2].path.options.x". Paths of other problems stay those of the document.
void NameByRequest(const std::vector<PlacedObject>& placed, const v1::Node& document,
                   const Environment& environment, Problems& problems);

}  // namespace wampgate::config
