#pragma once

#include "supervisor/apply.hpp"
#include "wampgate/v1/change.pb.h"

namespace wampgate::supervisor {

/// What is said to the caller, and kept with the revision; status and problems are not part of it.
v1::ApplyResult ToProto(const ApplyReply& reply);
/// The reply that a kept result was made of, with an OK status.
ApplyReply FromProto(const v1::ApplyResult& result);

}  // namespace wampgate::supervisor
