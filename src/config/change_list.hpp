#pragma once

#include <string>
#include <vector>

#include "base/status.hpp"
#include "config/diff.hpp"
#include "config/environment.hpp"
#include "config/object_place.hpp"
#include "config/problem.hpp"
#include "wampgate/v1/config_service.pb.h"

namespace wampgate::config {

using ChangeList = google::protobuf::RepeatedPtrField<v1::ObjectChange>;

/// What came of making a list of changes.
struct MadeChanges {
  /// Not OK: of the first change that cannot be made. INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, ABORTED
  /// (another etag), FAILED_PRECONDITION (a backend goes that a route names).
  Status status;
  /// Errors by the key they are about, "changes[2].etag"; for a backend that is in use the resource names of
  /// the routes.
  Problems problems;
  /// The same as Diff(running, document), found without comparing what was not changed.
  std::vector<Change> plan;
  std::vector<PlacedObject> placed;     ///< where they are in the list
  std::vector<ObjectName> routes;       ///< that the list names
  bool has_workers = false;             ///< the list names workers: other routes may have changed, too
  bool changes_known_backends = false;  ///< that routes may name already
};

/// Makes all the changes, one after the other, in `document`, which is equal to `running`; with an error it
/// is something in between. Placeholders of secrets stand for those of `running`. No change gives an object
/// another name; objects named by their place keep their name when one before them goes, by getting an id.
/// The document is checked only as far as the changes concern: Resolve does the rest.
MadeChanges MakeChanges(const v1::Node& running, v1::Node& document, const ChangeList& changes,
                        const Environment& environment);

/// The same with a copy of `running`, which is empty if there are errors.
struct ChangedDocument : MadeChanges {
  v1::Node document;
};
ChangedDocument ApplyChanges(const v1::Node& running, const ChangeList& changes,
                             const Environment& environment);

/// Reads an object of the message's type as a node file spells it. Problems have paths within the object.
void ReadObject(const v1::ObjectText& text, google::protobuf::Message& object, Problems& problems);

}  // namespace wampgate::config
