#pragma once

#include <memory>

#include "supervisor/supervisor.hpp"

namespace grpc {
class Service;
}

namespace wampgate::management {

/// Each service has a file of its own. `supervisor` outlives them.
std::unique_ptr<grpc::Service> MakeBackendService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakeCertificateService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakeConfigService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakeNodeService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakeOperationsService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakeSessionService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakePathService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakeRouteService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakeTransportService(supervisor::Supervisor& supervisor);
std::unique_ptr<grpc::Service> MakeWorkerService(supervisor::Supervisor& supervisor);

}  // namespace wampgate::management
