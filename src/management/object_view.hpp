#pragma once

#include <string>
#include <vector>

#include "config/document_objects.hpp"
#include "supervisor/worker_report.hpp"
#include "wampgate/v1/backend_service.pb.h"
#include "wampgate/v1/path_service.pb.h"
#include "wampgate/v1/route_service.pb.h"
#include "wampgate/v1/transport_service.pb.h"

/// Transports, paths, backends and routes as the API shows them. No gRPC.
namespace wampgate::management {

/// What the configuration says of an object that is there, its secrets as placeholders. `objects` are those
/// of the document that holds it.
void FillView(const config::DocumentObjects& objects, const config::ObjectName& name,
              v1::TransportView& view);
void FillView(const config::DocumentObjects& objects, const config::ObjectName& name, v1::PathView& view);
void FillView(const config::DocumentObjects& objects, const config::ObjectName& name, v1::BackendView& view);
void FillView(const config::DocumentObjects& objects, const config::ObjectName& name, v1::RouteView& view);

/// What the object does now, as far as the supervisor knows.
void AddStatus(const std::vector<supervisor::WorkerReport>& workers, v1::TransportView& view);
void AddStatus(const std::vector<supervisor::WorkerReport>& workers, v1::PathView& view);
void AddStatus(const std::vector<supervisor::WorkerReport>& workers, v1::RouteView& view);

/// The object as a node file spells it; empty for NO_TEXT.
std::string TextOf(const google::protobuf::Message& object, v1::TextFormat format);

}  // namespace wampgate::management
