#pragma once

#include <wampgate/v1/config_service.grpc.pb.h>

#include "supervisor/supervisor.hpp"

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// Answers WatchConfig.
grpc::ServerWriteReactor<v1::ConfigEvent>* WatchConfig(supervisor::Supervisor& supervisor,
                                                       const v1::WatchConfigRequest& request);

}  // namespace wampgate::management
