#include "node.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "activation.hpp"
#include "base/background.hpp"
#include "config/diff.hpp"
#include "config/secrets.hpp"
#include "management/server.hpp"
#include "notify.hpp"
#include "signals.hpp"
#include "start_file.hpp"
#include "supervisor/problem_log.hpp"
#include "supervisor/supervisor.hpp"
#include "watchdog.hpp"
#include "worker/descriptor_limit.hpp"

namespace wampgate::server {
namespace {

constexpr std::string_view kModule = "node";
constexpr int kCannotStart = 2;

std::string Describe(const config::Change& change) {
  switch (change.action) {
    case config::Action::kCreate:
      return "only in the file";
    case config::Action::kDelete:
      return "only in the revision";
    default:
      break;
  }
  std::string fields;
  for (const config::FieldChange& field : change.fields) fields += (fields.empty() ? "" : ", ") + field.field;
  return fields;
}

/// Why a node does not start is told whatever --log-level says: nobody can see the reason otherwise, and the
/// process ends with it.
void SpeakUp() {
  if (!log::Enabled(log::Level::kError)) log::SetLevel(log::Level::kError);
}

/// A node from its start to its end; everything happens on the loop's thread.
class Node {
 public:
  Node(const RunOptions& options, PassedSockets passed, supervisor::Handover handover)
      : options_(options), passed_(std::move(passed)), handover_(std::move(handover)) {}

  int Run();

 private:
  using Reply = supervisor::ApplyReply;

  bool Open();
  bool LoadFile();
  void TakeOver();
  void OnNotTakenOver(const Status& status);
  void Start();
  void RunRevision();
  void AskToDecide();
  void ApplyFile(std::function<void(const Reply&)> done);
  void OnStarted(const Reply& reply);
  void WarnOfSockets() const;
  std::string ManagementSocket() const;
  Status OpenManagement();
  void OnFileRefused(const Reply& reply);
  void Reload();
  void ApplyAgain(std::function<void()> done);
  void ReplaceProcess(const std::string& path);
  void Exec(const std::string& path);
  void Stop();
  void Stopped();
  void ExitAtOnce();

  const RunOptions& options_;
  PassedSockets passed_;
  supervisor::Handover handover_;
  StartFile start_;
  std::optional<v1::Node> file_;  // as it was read last
  net::Loop loop_;
  std::unique_ptr<supervisor::Supervisor> supervisor_;
  std::unique_ptr<management::Server> management_;
  std::unique_ptr<Signals> signals_;
  Watchdog watchdog_{loop_};
  int exit_code_ = 0;
  bool stopping_ = false;
  bool replacing_ = false;    // the API ends, so that this process can be replaced
  bool stop_wanted_ = false;  // meanwhile
  bool runs_ = false;         // the stored revision, with processes that were taken over
};

int Node::Run() {
  // One that was a supervisor before runs what ran: an upgrade is no reload.
  if (!Open() || (!handover_.received() && !LoadFile())) return kCannotStart;
  signals_ = std::make_unique<Signals>(loop_, Signals::Calls{.stop = [this] { Stop(); },
                                                             .at_once = [this] { ExitAtOnce(); },
                                                             .reload = [this] { Reload(); }});
  loop_.Post([this] { TakeOver(); });
  loop_.Run();
  if (exit_code_ != 0) supervisor_->RemoveWhatWasMade();
  return exit_code_;
}

bool Node::Open() {
  StatusOr<StartFile> start = FindStartFile(options_.config, options_.node_directory);
  Status status = start.status();
  if (start.ok()) {
    start_ = *std::move(start);
    supervisor::SupervisorOptions options;
    options.node_directory = start_.node_directory;
    options.log_level = options_.log_level;
    options.log_format = options_.log_format;
    options.node_file = start_.path.value_or("");
    options.handover = &handover_;
    auto opened = supervisor::Supervisor::Open(loop_, std::move(options));
    status = opened.status();
    if (opened.ok()) {
      supervisor_ = *std::move(opened);
      supervisor_->UseSockets(supervisor::ActivatedSockets(std::move(passed_.listening)));
      supervisor_->node().OnShutdown([this] { Stop(); });
      supervisor_->upgrade().OnExec([this](const std::string& path) { ReplaceProcess(path); });
      status = management::CheckSocketPath(ManagementSocket());  // before anything is started
      if (!status.ok()) supervisor_->RemoveWhatWasMade();
    }
  }
  if (status.ok()) return true;
  SpeakUp();
  log::Error(kModule, "the node cannot start", {{"error", Message(status)}});
  return false;
}

// False if there is nothing to run.
bool Node::LoadFile() {
  if (start_.path) {
    config::Loaded loaded = LoadStartFile(*start_.path, supervisor_->node_directory());
    if (loaded.document && supervisor_->stored()) {  // what `export` wrote has placeholders
      config::RestoreSecrets(supervisor_->stored()->node(), *loaded.document, loaded.problems);
    }
    const bool is_fit = loaded.document && loaded.node && !config::HasErrors(loaded.problems);
    if (!is_fit && !supervisor_->stored()) SpeakUp();
    supervisor::LogProblems(kModule, loaded.problems);
    if (is_fit) {
      file_ = std::move(loaded.document);
      return true;
    }
    if (supervisor_->stored()) {
      log::Error(kModule, "the node file has errors; running the last revision instead",
                 {{"file", *start_.path}});
      return true;
    }
    log::Error(kModule, "the node cannot start: its file has errors", {{"file", *start_.path}});
  } else if (supervisor_->stored()) {
    return true;
  } else {
    SpeakUp();
    log::Error(kModule,
               "the node cannot start: there is no config.yaml or config.json; name a file with --config",
               {{"node_directory", supervisor_->node_directory()}});
  }
  supervisor_->RemoveWhatWasMade();
  return false;
}

// The processes of a supervisor that died come first, so that they serve whatever is decided then.
void Node::TakeOver() {
  supervisor_->TakeOver([this](StatusOr<supervisor::Supervisor::Takeover> taken) {
    if (stopping_) return;
    if (!taken.ok()) return OnNotTakenOver(taken.status());
    runs_ = *taken == supervisor::Supervisor::Takeover::kRuns;
    Start();
  });
}

void Node::OnNotTakenOver(const Status& status) {
  log::Error(kModule,
             "the node cannot start: the last revision cannot be run; the worker processes of the supervisor "
             "before serve on without one until their orphan_timeout. Remove the reason and start again",
             {{"error", Message(status)}});
  exit_code_ = kCannotStart;
  loop_.Stop();
}

void Node::RunRevision() {
  if (runs_) return OnStarted({.revision = supervisor_->stored()->number()});
  supervisor_->Restore([this](const Reply& reply) { OnStarted(reply); });
}

void Node::Start() {
  if (handover_.received() && supervisor_->stored()) return RunRevision();
  switch (supervisor::DecideStart(supervisor_->stored(), file_, options_.preference)) {
    case supervisor::StartWith::kFile:
      return ApplyFile(
          [this](const Reply& reply) { reply.status.ok() ? OnStarted(reply) : OnFileRefused(reply); });
    case supervisor::StartWith::kRevisionUndecided:
      AskToDecide();
      break;
    case supervisor::StartWith::kRevision:
      break;
  }
  RunRevision();
}

void Node::AskToDecide() {
  const internal::Revision& stored = *supervisor_->stored();
  const auto environment = config::Environment::OfThisProcess(supervisor_->node_directory());
  for (const config::Change& change : config::Diff(stored.node(), *file_, environment)) {
    log::Warning(kModule, "the node file differs from the last revision",
                 {{"object", change.name}, {"difference", Describe(change)}});
  }
  log::Warning(kModule,
               "both the node file and the running configuration were changed since the file was last "
               "applied; running "
               "the last revision. Start with --prefer file or --prefer revision to decide",
               {{"file", *start_.path}, {"revision", stored.number()}});
}

void Node::ApplyFile(std::function<void(const Reply&)> done) {
  supervisor::ApplyOptions options;
  options.origin = "file:" + *start_.path;
  supervisor_->Apply(*file_, std::move(options), std::move(done));
}

// The last revision may still run where the changed file cannot.
void Node::OnFileRefused(const Reply& reply) {
  if (stopping_ || !supervisor_->stored()) return OnStarted(reply);
  log::Error(kModule, "the changed node file cannot be applied; running the last revision instead",
             {{"error", Message(reply.status)}});
  RunRevision();
}

void Node::OnStarted(const Reply& reply) {
  if (stopping_) return;  // SIGTERM while it started
  const Status status = reply.status.ok() ? OpenManagement() : reply.status;
  if (status.ok()) {
    log::Info(kModule, "the node serves", {{"revision", reply.revision}, {"pid", ::getpid()}});
    WarnOfSockets();
    NotifyReady();
    supervisor_->upgrade().Continue();
    return;
  }
  SpeakUp();
  log::Error(kModule, "the node cannot start", {{"error", Message(status)}});
  exit_code_ = kCannotStart;
  supervisor_->Stop([this] { loop_.Stop(); });
}

std::string Node::ManagementSocket() const {
  if (options_.socket.empty()) return supervisor_->node_directory() + "/wampgate.sock";
  std::error_code ignored;
  return std::filesystem::absolute(options_.socket, ignored).string();
}

Status Node::OpenManagement() {
  auto server = management::Server::Start(loop_, *supervisor_, ManagementSocket(),
                                          handover_.Take(supervisor::Handover::kManagement));
  if (server.ok()) management_ = std::move(*server);
  return server.status();
}

void Node::WarnOfSockets() const {
  for (const std::string& what : passed_.refused) {
    log::Warning(
        kModule,
        "the service manager passes a descriptor that is of no use here: only stream sockets that listen are",
        {{"descriptor", what}});
  }
  for (const std::string& address : supervisor_->UnusedSockets()) {
    log::Warning(kModule,
                 "the service manager listens where no transport does: connections wait there until one has "
                 "that endpoint",
                 {{"address", address}});
  }
}

void Node::Reload() {
  NotifyReloading();
  ApplyAgain([this] {
    if (!stopping_) NotifyReady();
  });
}

// Whatever comes of it is logged.
void Node::ApplyAgain(std::function<void()> done) {
  supervisor::ApplyOptions options;
  options.file_rule = supervisor::FileRule::kAsk;
  options.author = "SIGHUP";
  supervisor_->ReloadFile(std::move(options), [done = std::move(done)](const Reply& reply) {
    done();
    supervisor::LogProblems(kModule, reply.problems);
    if (!reply.status.ok()) {
      const bool broken = reply.status.code() == StatusCode::kInvalidArgument;
      log::Error(kModule,
                 broken ? "SIGHUP: the node file has errors; the running configuration stays"
                        : "SIGHUP: the node file cannot be applied; the running configuration stays",
                 {{"error", Message(reply.status)}});
      return;
    }
    const bool changed = reply.outcome == supervisor::ApplyOutcome::kApplied;
    log::Info(kModule,
              changed ? "SIGHUP: the node file has been applied" : "SIGHUP: the node file says nothing new",
              {{"revision", reply.revision}});
  });
}

// The API ends first, so that whatever was answered has happened; who calls meanwhile waits in its socket.
void Node::ReplaceProcess(const std::string& path) {
  if (stopping_) return;
  NotifyReloading();
  supervisor_->PrepareHandover(handover_);
  const UniqueFd socket = management_->LeaveSocket();
  if (socket) handover_.Give(supervisor::Handover::kManagement, socket.get());
  replacing_ = true;
  management_->Shutdown([this, path] {
    replacing_ = false;
    management_.reset();
    if (!stop_wanted_) Exec(path);
    ::unlink(ManagementSocket().c_str());
    Stop();
  });
}

// Does not return.
void Node::Exec(const std::string& path) {
  const std::string self = supervisor::RunningExecutable();
  for (const std::string& next : {path, self, std::string("/proc/self/exe")}) {
    std::vector<std::string> arguments = supervisor::RunningCommandLine();
    arguments.front() = next;
    log::Info(kModule, "the supervisor replaces itself", {{"path", next}, {"pid", ::getpid()}});
    log::Stop();
    const Status status = handover_.Exec(next, arguments);
    log::Start(options_.log_level, options_.log_format, "supervisor");
    log::Error(kModule, "the supervisor cannot replace itself; running the binary before again",
               {{"path", next}, {"error", Message(status)}});
    if (next == path) supervisor_->upgrade().NoteFailure(status);
  }
  // The worker processes serve on, for the supervisor that the service manager starts.
  log::Stop();
  ::_exit(kCannotStart);
}

void Node::Stop() {
  if (stopping_) return ExitAtOnce();  // a signal after Shutdown
  stop_wanted_ = replacing_;
  if (replacing_) return;  // in a moment
  stopping_ = true;
  log::Info(kModule, "stopping: sessions end; another SIGTERM exits at once");
  NotifyStopping();
  supervisor_->Stop([this] {
    if (management_ == nullptr) return Stopped();
    management_->Shutdown([this] { Stopped(); });
  });
}

void Node::Stopped() {
  management_.reset();
  log::Info(kModule, "the node has stopped");
  loop_.Stop();
}

void Node::ExitAtOnce() {
  log::Warning(kModule, "second signal: exiting at once");
  supervisor_->KillAll();
  if (management_ != nullptr) ::unlink(ManagementSocket().c_str());
  log::Stop();
  ::_exit(0);
}

}  // namespace

int RunNode(const RunOptions& options) {
  supervisor::Handover handover = supervisor::Handover::Received();
  PassedSockets passed = TakePassedSockets();
  for (UniqueFd& socket : handover.TakeAll(supervisor::Handover::kActivated)) {
    passed.listening.push_back(std::move(socket));
  }
  RunInBackground();  // of the worker processes, with all threads that are started from here on
  log::Start(options.log_level, options.log_format, "supervisor");
  worker::RaiseDescriptorLimit();
  const int exit_code = Node(options, std::move(passed), std::move(handover)).Run();
  log::Stop();
  return exit_code;
}

}  // namespace wampgate::server
