#pragma once

#include <wampgate/v1/backend_service.pb.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "supervisor/supervisor.hpp"

/// Backends as their processes see them, put together. No gRPC.
namespace wampgate::management {

/// What `view.name()` does now. `answers`: to ListBackends, of the processes of its worker at least;
/// `states`: what operators have said, by resource name.
void AddStatus(const std::vector<supervisor::ProcessAnswer>& answers,
               const std::map<std::string, std::string>& states, v1::BackendView& view);

/// The same for several, which are asked about; `done` comes on the supervisor's loop. `views` live so long.
void AddStatusLater(supervisor::Supervisor& supervisor, std::vector<v1::BackendView*> views,
                    std::function<void()> done);

}  // namespace wampgate::management
