#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"
#include "config/resources.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

enum class Action : unsigned char { kCreate, kUpdate, kReplace, kDelete };

/// A field that differs, by its path within the object. A value that is not set is empty; secrets are
/// placeholders.
struct FieldChange {
  std::string field;
  std::string old_value;
  std::string new_value;
  v1::Effect effect = v1::EFFECT_UNSPECIFIED;
};

/// What becomes of one object: the node, a worker, transport, path, backend, route or realm.
struct Change {
  Action action = Action::kUpdate;
  std::string_view kind;  ///< "node", "worker", "transport", "path", "backend", "route", "realm"
  std::string name;       ///< resource name; the node's is "node"
  std::vector<FieldChange> fields;
};

/// What leads from one document to the other, sorted by name; nothing for equal documents. An object is known
/// by its identity, whatever its place. An object is replaced if a changed field says REPLACE, else updated
/// in place.
std::vector<Change> Diff(const v1::Node& before, const v1::Node& after, const Environment& environment);

/// The same for the objects of two documents, or some of them.
std::vector<Change> Compare(const Resources& before, const Resources& after, const Environment& environment);

}  // namespace wampgate::config
