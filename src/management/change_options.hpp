#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "config/problem.hpp"
#include "supervisor/apply.hpp"
#include "wampgate/v1/change.pb.h"

namespace wampgate::management {

struct ChangeRequest {
  const google::protobuf::Message&
      message;                       ///< the whole request, by which a repeated request id is recognised
  const v1::ChangeOptions& options;  ///< of it
  std::string caller;                ///< the author unless the options name one
};

/// What the supervisor is to heed of a request that changes the configuration. Problems, by path within the
/// request, make it INVALID_ARGUMENT.
config::Problems ReadChangeOptions(const ChangeRequest& request, supervisor::ApplyOptions& options);

/// `asked` stands at `path` within the request.
void ReadRemoval(const v1::Removal& asked, const std::string& path, supervisor::ApplyOptions& options,
                 config::Problems& problems);

/// How a removal concerns live sessions.
supervisor::Removal ToDomain(const v1::Removal& removal);

}  // namespace wampgate::management
