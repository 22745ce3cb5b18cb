#pragma once

#include "config/environment.hpp"
#include "config/load.hpp"
#include "wampgate/internal/revision.pb.h"
#include "wampgate/v1/config_service.pb.h"

namespace wampgate::management {

/// Everything about a revision but its document.
void FillAbout(const internal::Revision& revision, v1::ConfigSnapshot& snapshot);

/// With the document, its secrets hidden.
void Fill(const internal::Revision& revision, v1::GetConfigRequest::Format format,
          v1::ConfigSnapshot& snapshot);

/// The node file, as it was just read, against the revision. `path` is empty if the node has none.
v1::NodeFileState FileState(const std::string& path, config::Loaded& file, const internal::Revision& running,
                            const config::Environment& environment);

}  // namespace wampgate::management
