#include "management/server.hpp"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <vector>

#include "base/timer_wheel.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

constexpr int kMaxMessage = 32 * 1024 * 1024;  // a whole configuration
constexpr std::chrono::milliseconds kHealthInterval{250};
constexpr std::chrono::seconds kShutdownGrace{2};
constexpr mode_t kSocketMode = 0660;

}  // namespace

// gRPC takes whatever lies at the path away if it is a socket; anything else must not be touched.
Status CheckSocketPath(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return FailedPrecondition(
        fmt::format("the management socket's path {} has {} octets, 107 are possible: "
                    "use a shorter node directory, or --socket",
                    path, path.size()));
  }
  struct stat found{};
  if (lstat(path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode)) {
    return FailedPrecondition(fmt::format(
        "{} is where the management socket has to be, and it is something else; move it away", path));
  }
  return OkStatus();
}

struct Server::State {
  supervisor::Supervisor& supervisor;
  net::Loop& loop;
  std::string path;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<grpc::Server> server;
  Timer health;
  std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);

  void WatchHealth() {
    // The answer is posted: it may come when the server is gone.
    supervisor.GetHealth([this, watched = std::weak_ptr<const bool>(alive)](bool healthy) {
      if (!watched.expired()) server->GetHealthCheckService()->SetServingStatus(healthy);
    });
    health.Start(loop.timers(), kHealthInterval, [this] { WatchHealth(); });
  }
};

StatusOr<std::unique_ptr<Server>> Server::Start(net::Loop& loop, supervisor::Supervisor& supervisor,
                                                const std::string& socket_path) {
  WAMPGATE_RETURN_IF_ERROR(CheckSocketPath(socket_path));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto state = std::unique_ptr<State>(new State{supervisor, loop, socket_path, {}, nullptr, {}});
  state->services.push_back(MakeConfigService(supervisor));
  state->services.push_back(MakeOperationsService(supervisor));
  state->services.push_back(MakeWorkerService(supervisor));
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  for (const auto& service : state->services) builder.RegisterService(service.get());
  int bound = -1;
  builder.AddListeningPort("unix:" + socket_path, grpc::InsecureServerCredentials(), &bound);
  const mode_t before = umask(0777 & ~kSocketMode);
  state->server = builder.BuildAndStart();
  umask(before);
  if (state->server == nullptr || bound < 0) {
    return FailedPrecondition(fmt::format("cannot listen on the management socket {}", socket_path));
  }
  if (chmod(socket_path.c_str(), kSocketMode) != 0) return ErrnoStatus(errno, "mode of " + socket_path);
  state->WatchHealth();
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  state_->health.Stop();
  state_->server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  state_->server.reset();
  unlink(state_->path.c_str());
}

}  // namespace wampgate::management
