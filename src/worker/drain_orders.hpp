#pragma once

#include "worker/queries.hpp"
#include "worker/transport_set.hpp"

namespace wampgate::worker {

/// Has the transports accept or not, as the supervisor says for a drain. `transports` outlives `queries`.
void ServeSetAccepting(Queries& queries, TransportSet& transports);

}  // namespace wampgate::worker
