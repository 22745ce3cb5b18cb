#pragma once

#include <memory>
#include <vector>

#include "base/status.hpp"
#include "config/resolved.hpp"
#include "supervisor/activated_sockets.hpp"
#include "supervisor/listen_endpoint.hpp"
#include "supervisor/orphan.hpp"

namespace wampgate::supervisor {

/// The listening sockets that processes of a supervisor that died gave back (they are moved out of
/// `orphans`), as a table for ListenStage: each endpoint under the name of the transport of `next` that it
/// suits, by what the kernel says of the sockets and by the name they had; those that suit none under names
/// that no transport has, so that the stage gives them up. A place in a list whose socket is lost is bound
/// anew; not OK if that cannot be done. Those that the service manager has passed again are left out: the
/// stage takes them from it.
StatusOr<ListenTable> ReturnedSockets(const std::vector<std::unique_ptr<Orphan>>& orphans,
                                      const config::Node& next, const ActivatedSockets& activated);

/// Whether a transport with these settings would be bound where the socket is. Any port is as good as another
/// for port 0.
bool Suits(int socket, const net::ListenEndpoint& settings);

}  // namespace wampgate::supervisor
