#include "management/server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_posix.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/log.hpp"
#include "base/timer_wheel.hpp"
#include "config/environment.hpp"
#include "config/named_files.hpp"
#include "config/node_delta.hpp"
#include "config/resolve_management.hpp"
#include "control/listener.hpp"
#include "management/accounts.hpp"
#include "management/call.hpp"
#include "management/certificate_file.hpp"
#include "management/gate.hpp"
#include "management/guarded_service.hpp"
#include "management/http_listener.hpp"
#include "management/monitoring_site.hpp"
#include "management/remote_listener.hpp"
#include "management/services.hpp"
#include "net/listen_socket.hpp"
#include "supervisor/metric_catalogue.hpp"

namespace wampgate::management {
namespace {

constexpr int kMaxMessage = 32 * 1024 * 1024;  // a whole configuration
constexpr std::chrono::milliseconds kHealthInterval{250};
constexpr std::chrono::seconds kShutdownGrace{2};
constexpr mode_t kSocketMode = 0660;
constexpr int kBacklog = 128;
constexpr std::size_t kMostConnections = 512;
constexpr int kStreamsPerConnection = 100;
constexpr int kTicksPerRetry = 40;  // 10 s

}  // namespace

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
  /// Of a file, as the revision has it.
  struct Certificate {
    std::string digest;
    std::time_t expiry = 0;
  };

  State(net::Loop& the_loop, supervisor::Supervisor& the_supervisor, std::string socket_path)
      : supervisor(the_supervisor), loop(the_loop), path(std::move(socket_path)) {}

  /// `type`: the service's full name.
  void Add(const std::string& type, std::unique_ptr<grpc::Service> service) {
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(type);
    WAMPGATE_CHECK(descriptor != nullptr);
    guarded.push_back(std::make_unique<GuardedService>(*service, *descriptor));
    services.push_back(std::move(service));
    names.push_back(type);
  }
  void AddServices();
  void Prepare(grpc::ServerBuilder& builder);
  void SetAccess(const config::Management& management);
  void FollowConfiguration(std::function<void()> then);
  Status Listen(UniqueFd listening);
  void Accept(UniqueFd socket);
  void WatchHealth();
  void Retry();
  void AddMetrics();
  void FindCertificates(const internal::Revision& running, const config::Environment& environment);

  supervisor::Supervisor& supervisor;
  net::Loop& loop;
  std::string path;
  Gate gate;
  std::vector<std::string> names;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::vector<std::unique_ptr<GuardedService>> guarded;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<control::Listener> listener;
  std::unique_ptr<RemoteListeners> remote;
  std::unique_ptr<HttpListener> http;
  std::uint64_t revision = 0;                       // whose `management` holds
  std::map<std::string, Certificate> certificates;  // by file that it names
  int ticks = 0;
  std::size_t turned_away = 0;
  Timer health;
  std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);
  bool leaves_socket = false;
  std::thread shutdown;  // gRPC waits in it for the handlers' last answers

  void StopAccepting() {
    health.Stop();
    alive.reset();
    listener.reset();
    remote->Set({});
    http.reset();
  }
};

void Server::State::AddServices() {
  Add("wampgate.v1.BackendService", MakeBackendService(supervisor));
  Add("wampgate.v1.CertificateService", MakeCertificateService(supervisor));
  Add("wampgate.v1.ConfigService", MakeConfigService(supervisor));
  Add("wampgate.v1.NodeService", MakeNodeService(supervisor));
  Add("google.longrunning.Operations", MakeOperationsService(supervisor));
  Add("wampgate.v1.SessionService", MakeSessionService(supervisor));
  Add("wampgate.v1.PathService", MakePathService(supervisor));
  Add("wampgate.v1.RouteService", MakeRouteService(supervisor));
  Add("wampgate.v1.TransportService", MakeTransportService(supervisor));
  Add("wampgate.v1.WorkerService", MakeWorkerService(supervisor));
}

void Server::State::SetAccess(const config::Management& management) {
  auto policy = std::make_shared<const RolePolicy>(management, SystemAccounts(), ::geteuid());
  for (const std::string& name : policy->unknown()) {
    log::Warning("management", "management.roles names somebody whom this system does not have",
                 {{"name", name}});
  }
  gate.SetPolicy(std::move(policy));
  remote->Set(management.listen);
  http->Set(management.http);
  supervisor.node().SetHttpAddress(http->address());
}

/// Those of `management.listen` are known to its ports. What the revision has of a file counts, which may be
/// older than what is in it now; only a new supervisor cannot know that.
void Server::State::FindCertificates(const internal::Revision& running,
                                     const config::Environment& environment) {
  const std::map<std::string, Certificate> before = std::exchange(certificates, {});
  const auto named = config::NamedFiles(config::WithoutRoutes(running.node()), environment).files;
  for (const config::NamedFile& file : named) {
    if (!file.HasCertificates() || file.field.starts_with("management.listen")) continue;
    const std::string path = environment.Absolute(file.path);
    if (certificates.contains(path)) continue;
    const auto digest = running.files().find(file.path);
    const std::string now = digest == running.files().end() ? "" : digest->second;
    const auto known = before.find(path);
    if (known != before.end() && known->second.digest == now) {
      certificates.insert(*known);
    } else if (const auto expiry = ExpiryOf(path)) {
      certificates[path] = {now, *expiry};
    }
  }
}

void Server::State::FollowConfiguration(std::function<void()> then) {
  supervisor.GetRevision([this, then = std::move(then),
                          watched = std::weak_ptr<const bool>(alive)](const internal::Revision& running) {
    if (watched.expired()) return;
    if (running.number() != revision) {
      revision = running.number();
      const auto environment = config::Environment::OfThisProcess(supervisor.node_directory());
      SetAccess(config::ResolveManagement(running.node().management(), environment));
      FindCertificates(running, environment);
    }
    then();
  });
}

void Server::State::Prepare(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(MakeCalls(gate));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  for (const auto& service : guarded) builder.RegisterService(service.get());
}

Status Server::State::Listen(UniqueFd listening) {
  UniqueFd socket = std::move(listening);
  if (!socket || net::BoundAddress(socket.get()) != "unix:" + path) {
    WAMPGATE_ASSIGN_OR_RETURN(
        socket, net::BindListenSocket(net::UnixListen{.path = path, .backlog = kBacklog, .mode = kSocketMode},
                                      net::ReusePort::kNo));
  }
  // So that its members may connect. It fails where the node is neither root nor a member, which then is
  // right.
  if (const auto group = SystemAccounts().GroupId(RolePolicy::kDefaultGroup)) {
    static_cast<void>(::chown(path.c_str(), static_cast<uid_t>(-1), *group) == 0);
  }
  WAMPGATE_RETURN_IF_ERROR(net::StartListening(socket.get(), kBacklog));
  listener = std::make_unique<control::Listener>(loop, std::move(socket),
                                                 [this](UniqueFd accepted) { Accept(std::move(accepted)); });
  return OkStatus();
}

void Server::State::Accept(UniqueFd socket) {
  if (gate.peers().CountOpen() >= kMostConnections) {
    if (turned_away++ % kMostConnections == 0) {
      log::Warning("management", "too many connections to the management socket: newcomers are turned away",
                   {{"connections", kMostConnections}, {"turned_away", turned_away}});
    }
    return;
  }
  if (const Status status = gate.peers().Add(socket.get()); !status.ok()) {
    log::Warning("management", "a connection to the management socket was turned away",
                 {{"error", Message(status)}});
    return;
  }
  grpc::AddInsecureChannelFromFd(server.get(), socket.Release());
}

void Server::State::Retry() {
  remote->Retry();
  http->Retry();
  supervisor.node().SetHttpAddress(http->address());
}

void Server::State::AddMetrics() {
  supervisor.metrics().AddSource([this, watched = std::weak_ptr<const bool>(alive)](
                                     supervisor::Exposition& exposition) {
    if (watched.expired()) return;
    for (const auto& [file, days] : remote->CertificateDays()) {
      exposition.Set(supervisor::metric::kCertificateDays, {{"file", file}}, days);
    }
    for (const auto& [file, certificate] : certificates) {
      exposition.Set(supervisor::metric::kCertificateDays, {{"file", file}}, DaysUntil(certificate.expiry));
    }
  });
}

void Server::State::WatchHealth() {
  // The answer is posted: it may come when the server is gone.
  supervisor.GetHealth([this, watched = std::weak_ptr<const bool>(alive)](bool healthy) {
    if (watched.expired()) return;
    server->GetHealthCheckService()->SetServingStatus(healthy);
    remote->SetServing(healthy);
  });
  FollowConfiguration([] {});
  if (remote->Reap() || ++ticks % kTicksPerRetry == 0) Retry();
  health.Start(loop.timers(), kHealthInterval, [this] { WatchHealth(); });
}

StatusOr<std::unique_ptr<Server>> Server::Start(net::Loop& loop, supervisor::Supervisor& supervisor,
                                                const std::string& socket_path, UniqueFd listening) {
  WAMPGATE_RETURN_IF_ERROR(CheckSocketPath(socket_path));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto state = std::make_unique<State>(loop, supervisor, socket_path);
  State& server = *state;
  server.AddServices();
  server.remote =
      std::make_unique<RemoteListeners>([&server](grpc::ServerBuilder& builder) { server.Prepare(builder); });
  server.http = std::make_unique<HttpListener>(loop, MakeMonitoringSite(supervisor));
  server.SetAccess(config::Management());
  server.AddMetrics();
  supervisor.CheckFilesWith(CheckManagementFiles);
  grpc::ServerBuilder builder;
  server.Prepare(builder);
  server.server = builder.BuildAndStart();
  if (server.server == nullptr) return FailedPrecondition("the management server cannot be started");
  WAMPGATE_RETURN_IF_ERROR(server.Listen(std::move(listening)));
  // Nobody is let in before the configuration has said who may do what.
  server.FollowConfiguration([&server] {
    if (const Status status = server.listener->Start(); !status.ok()) {
      log::Error("management", "the management socket cannot be accepted from", {{"error", Message(status)}});
    }
  });
  server.WatchHealth();
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

void Server::SetAccess(const config::Management& management) {
  state_->SetAccess(management);
}

std::vector<std::string> Server::services() const {
  return state_->names;
}

UniqueFd Server::LeaveSocket() {
  state_->leaves_socket = true;
  return UniqueFd(::fcntl(state_->listener->fd(), F_DUPFD_CLOEXEC, 3));
}

void Server::Shutdown(std::function<void()> done) {
  state_->StopAccepting();
  state_->shutdown = std::thread([&server = *state_->server, &loop = state_->loop, done = std::move(done),
                                  remote = state_->remote->TakeEnding()]() mutable {
    for (std::thread& ending : remote) ending.join();
    server.Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
    loop.Post(done);
  });
}

Server::~Server() {
  state_->StopAccepting();
  if (state_->shutdown.joinable()) {
    state_->shutdown.join();
  } else {
    state_->server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  }
  state_->server.reset();
  if (!state_->leaves_socket) unlink(state_->path.c_str());
}

}  // namespace wampgate::management
