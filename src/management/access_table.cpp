#include "management/access_table.hpp"

#include <algorithm>

namespace wampgate::management {
namespace {

constexpr MethodAccess kTable[] = {
    {"google.longrunning.Operations.ListOperations", Role::kViewer, Purpose::kLook},
    {"google.longrunning.Operations.GetOperation", Role::kViewer, Purpose::kLook},
    {"google.longrunning.Operations.WaitOperation", Role::kViewer, Purpose::kLook},
    {"google.longrunning.Operations.CancelOperation", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.BackendService.GetBackend", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.BackendService.ListBackends", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.BackendService.CreateBackend", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.BackendService.UpdateBackend", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.BackendService.DeleteBackend", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.BackendService.DrainBackend", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.BackendService.UndrainBackend", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.BackendService.SetBackendState", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.BackendService.ProbeBackend", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.CertificateService.GetCertificate", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.CertificateService.ListCertificates", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.ConfigService.GetConfig", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.ConfigService.PlanConfig", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.ConfigService.ListRevisions", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.ConfigService.GetRevision", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.ConfigService.WatchConfig", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.ConfigService.ApplyConfig", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.ConfigService.RollbackConfig", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.ConfigService.ConfirmConfig", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.ConfigService.ReloadFile", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.NodeService.WhoAmI", Role::kNone, Purpose::kLook},
    {"wampgate.v1.NodeService.GetNode", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.NodeService.GetStatistics", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.NodeService.WatchEvents", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.NodeService.DrainNode", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.NodeService.UndrainNode", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.NodeService.SetLogLevel", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.NodeService.UpgradeNode", Role::kAdmin, Purpose::kChange},
    {"wampgate.v1.NodeService.Shutdown", Role::kAdmin, Purpose::kChange},
    {"wampgate.v1.PathService.GetPath", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.PathService.ListPaths", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.PathService.CreatePath", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.PathService.UpdatePath", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.PathService.DeletePath", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.RouteService.GetRoute", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.RouteService.ListRoutes", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.RouteService.CreateRoute", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.RouteService.UpdateRoute", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.RouteService.DeleteRoute", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.RouteService.ResolveRoute", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.SessionService.ListSessions", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.SessionService.GetSession", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.SessionService.ListEnded", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.SessionService.WatchSessions", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.SessionService.TraceSessions", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.SessionService.CloseSessions", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.TransportService.GetTransport", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.TransportService.ListTransports", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.TransportService.CreateTransport", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.TransportService.UpdateTransport", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.TransportService.DeleteTransport", Role::kEditor, Purpose::kChange},
    {"wampgate.v1.TransportService.DrainTransport", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.TransportService.UndrainTransport", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.WorkerService.ListWorkers", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.WorkerService.GetWorker", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.WorkerService.StreamLogs", Role::kViewer, Purpose::kLook},
    {"wampgate.v1.WorkerService.StartWorker", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.WorkerService.StopWorker", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.WorkerService.RestartWorker", Role::kOperator, Purpose::kChange},
    {"wampgate.v1.WorkerService.ScaleWorker", Role::kEditor, Purpose::kChange},
};

}  // namespace

std::span<const MethodAccess> AccessTable() {
  return kTable;
}

const MethodAccess* FindAccess(std::string_view method) {
  const auto* found = std::find_if(std::begin(kTable), std::end(kTable),
                                   [&](const MethodAccess& entry) { return entry.method == method; });
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace wampgate::management
