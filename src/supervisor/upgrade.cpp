#include "supervisor/upgrade.hpp"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/time_util.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/build_id.hpp"
#include "base/log.hpp"
#include "config/value.hpp"
#include "config/writer.hpp"
#include "supervisor/process_table.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::string_view kModule = "supervisor";
// The answer of the call goes out before the API is closed.
constexpr std::chrono::milliseconds kAnswerTime{250};

/// Of a running executable whose file is gone, where it was.
std::string PathOf(std::string executable) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (executable.ends_with(kDeleted)) executable.resize(executable.size() - kDeleted.size());
  return executable;
}

std::string Canonical(const std::string& path) {
  std::error_code error;
  const auto canonical = std::filesystem::canonical(path, error);
  return error ? path : canonical.string();
}

std::string WayBack(const v1::UpgradeProgress& progress) {
  if (!progress.previous_path().empty())
    return fmt::format("`wampgatectl upgrade {}`", progress.previous_path());
  return fmt::format(
      "`wampgatectl upgrade` and the binary of build {}, which is no longer where it was run from",
      progress.previous_build_id());
}

}  // namespace

std::string RunningExecutable() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

// Where it was there may be another one by now.
std::string ReusableExecutable() {
  std::string path = RunningExecutable();
  struct stat link{}, running{};
  const bool same = ::stat(path.c_str(), &link) == 0 && ::stat("/proc/self/exe", &running) == 0 &&
                    link.st_dev == running.st_dev && link.st_ino == running.st_ino;
  return same ? path : "";
}

std::vector<std::string> RunningCommandLine() {
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

Upgrade::Upgrade(Surroundings around) : around_(std::move(around)) {}

Upgrade::~Upgrade() = default;

Status Upgrade::MayBegin() const {
  const auto refuse = [](const std::string& what) {
    return FailedPrecondition(what + "; nothing was changed");
  };
  if (!record_.operation().empty()) {
    return refuse(fmt::format("{} upgrades the node to {} already ({}): wait for it, or cancel it",
                              record_.operation(), record_.progress().path(), record_.progress().phase()));
  }
  if (around_.state.revision.number() == 0) return Unavailable("no configuration runs yet");
  if (const std::string busy = around_.busy(); !busy.empty()) {
    return refuse(
        fmt::format("{} ends sessions and would not be known to the new supervisor: wait for it, or "
                    "cancel it",
                    busy));
  }
  for (const Process* process : around_.state.departures.All()) {
    if (process->build_id() == BuildId()) continue;
    return refuse(
        fmt::format("process {} of worker {} is of an older binary and has not drained yet: wait for it, "
                    "or close its sessions",
                    process->index(), process->worker()));
  }
  return OkStatus();
}

void Upgrade::Begin(Order order, const Done& done) {
  around_.jobs.Add({.start = [this, order = std::move(order), done] { Check(order, done); },
                    .refused = [done](const Status& status) { done(status); }});
}

// As a job, so that the configuration that is checked is the one that runs.
void Upgrade::Check(const Order& order, const Done& done) {
  Status status = MayBegin();
  if (status.ok()) {
    status = around_.disk.WriteAndSync(around_.check_document,
                                       config::ToJson(config::ToDocument(around_.state.revision.node()), 2));
  }
  if (!status.ok()) {
    static_cast<void>(around_.disk.Remove(around_.check_document));
    around_.jobs.Finished();
    return done(status);
  }
  check_ = std::make_unique<BinaryCheck>(
      around_.loop,
      BinaryCheck::Subject{.path = order.path,
                           .node_directory = around_.state.context.node_directory,
                           .document = around_.check_document,
                           .command_line = RunningCommandLine(),
                           .revision = around_.state.revision.number()},
      [this, order, done](const StatusOr<BinaryFacts>& facts) {
        around_.loop.DeleteLater(std::move(check_));
        static_cast<void>(around_.disk.Remove(around_.check_document));
        OnChecked(order, facts, done);
      });
  check_->Start();
}

void Upgrade::OnChecked(const Order& order, const StatusOr<BinaryFacts>& facts, const Done& done) {
  if (!facts.ok()) {
    log::Warning(kModule, "an upgrade was refused",
                 {{"path", order.path}, {"error", Message(facts.status())}});
    around_.jobs.Finished();
    return done(facts.status());
  }
  const v1::UpgradeProgress progress = FirstProgress(order, *facts);
  if (order.validate_only) {
    around_.jobs.Finished();
    google::longrunning::Operation checked;
    checked.mutable_metadata()->PackFrom(progress);
    checked.mutable_response()->PackFrom(*around_.result());
    checked.set_done(true);
    return done(std::move(checked));
  }
  if (const Status status = Announce(order, progress); !status.ok()) {
    around_.jobs.Finished();
    return done(status);
  }
  google::longrunning::Operation begun;
  begun.set_name(record_.operation());
  begun.mutable_metadata()->PackFrom(record_.progress());
  done(std::move(begun));
  soon_.Start(around_.loop.timers(), kAnswerTime, [this] { Exec(); });
}

v1::UpgradeProgress Upgrade::FirstProgress(const Order& order, const BinaryFacts& facts) const {
  v1::UpgradeProgress progress;
  progress.set_path(Canonical(order.path));
  progress.set_previous_path(ReusableExecutable());
  progress.set_build_id(facts.build_id);
  progress.set_previous_build_id(BuildId());
  progress.set_phase("starting the new supervisor");
  *progress.mutable_start_time() = google::protobuf::util::TimeUtil::GetCurrentTime();
  return progress;
}

Status Upgrade::Announce(const Order& order, const v1::UpgradeProgress& progress) {
  cancelled_ = false;
  *record_.mutable_progress() = progress;
  record_.set_rate(order.drain.rate);
  record_.set_deadline_milliseconds(order.drain.deadline.count());
  record_.set_last_generation(around_.table.last_generation());
  auto name = around_.state.operations.Begin(progress, [this] { cancelled_ = true; });
  if (name.ok()) record_.set_operation(*name);
  const Status status = name.ok() ? Save() : name.status();
  if (!status.ok()) {
    around_.state.operations.Fail(record_.operation(), status);
    record_.Clear();
    return status;
  }
  step_ = Step::kBeforeExec;
  log::Warning(kModule, "the node is upgraded: the supervisor replaces itself",
               {{"path", progress.path()},
                {"build_id", progress.build_id()},
                {"previous_build_id", progress.previous_build_id()},
                {"operation", record_.operation()}});
  Show();
  return OkStatus();
}

void Upgrade::Exec() {
  if (const std::string busy = around_.busy(); !cancelled_ && !busy.empty()) {
    Fail(FailedPrecondition(fmt::format(
        "{} began meanwhile and would not be known to the new supervisor; nothing was changed", busy)));
    return around_.jobs.Finished();
  }
  // Processes that were started since the announcement are of this binary, too.
  record_.set_last_generation(around_.table.last_generation());
  if (const Status saved = Save(); !saved.ok()) {
    Fail(saved);
    return around_.jobs.Finished();
  }
  if (!cancelled_ && exec_ != nullptr) return exec_(record_.progress().path());
  Fail(MakeStatus(StatusCode::kCancelled,
                  "cancelled before the supervisor was replaced: nothing was changed"));
  around_.jobs.Finished();
}

void Upgrade::NoteFailure(const Status& status) {
  record_.set_error(std::string(Message(status)));
  static_cast<void>(Save());
}

void Upgrade::Load(bool handed_over) {
  // Of a check that this supervisor's predecessor did not live to end: it holds secrets.
  static_cast<void>(around_.disk.Remove(around_.check_document));
  const StatusOr<std::string> text = around_.disk.Read(around_.record);
  if (!text.ok()) return;
  google::protobuf::TextFormat::Parser parser;
  parser.AllowUnknownField(true);  // it goes from one version to another
  if (!parser.ParseFromString(*text, &record_) || record_.operation().empty()) {
    log::Error(kModule, "the record of an upgrade is damaged; the node runs on as it is",
               {{"file", around_.record}});
    return Forget();
  }
  around_.table.StartAfter(record_.last_generation());
  around_.state.operations.Resume(record_.operation(), record_.progress(), [this] { cancelled_ = true; });
  const bool is_it = Canonical(PathOf(RunningExecutable())) == record_.progress().path();
  if (!record_.error().empty()) {
    Fail(FailedPrecondition(
        fmt::format("the new binary cannot be run, the one before runs on: {}", record_.error())));
  } else if (!is_it) {
    Fail(Aborted(fmt::format("the supervisor {} from {} in the middle of it, not from {}; upgrade again",
                             handed_over ? "runs" : "was started", RunningExecutable(),
                             record_.progress().path())));
  } else {
    step_ = Step::kLoaded;
    Show();
  }
}

void Upgrade::Continue() {
  if (step_ != Step::kLoaded) return;
  step_ = Step::kReplacing;
  v1::UpgradeProgress& progress = *record_.mutable_progress();
  progress.set_processes_total(progress.processes_replaced());
  for (const auto& [id, unit] : around_.state.units) {
    if (unit->wanted() == WorkerUnit::Wanted::kStopped) continue;
    const auto old = std::count_if(
        unit->processes().begin(), unit->processes().end(),
        [this](const auto& entry) { return entry.second->generation() <= record_.last_generation(); });
    if (old == 0) continue;
    workers_.push_back(id);
    progress.set_processes_total(progress.processes_total() + static_cast<std::uint32_t>(old));
  }
  log::Info(
      kModule, "the new supervisor serves; the worker processes are replaced one after the other",
      {{"build_id", BuildId()}, {"workers", workers_.size()}, {"processes", progress.processes_total()}});
  Phase("replacing processes");
  ReplaceNext();
}

void Upgrade::ReplaceNext() {
  if (cancelled_) {
    const v1::UpgradeProgress& progress = record_.progress();
    return Fail(MakeStatus(
        StatusCode::kCancelled,
        fmt::format("cancelled when {} of {} processes were replaced; the others run the binary before until "
                    "their worker is restarted",
                    progress.processes_replaced(), progress.processes_total())));
  }
  if (workers_.empty()) {
    step_ = Step::kDraining;
    Phase("draining");
    return OnChange();
  }
  const std::string worker = workers_.back();
  workers_.pop_back();
  around_.replace(worker, HowToReplace(worker),
                  [this, worker](const Status& status) { OnReplaced(worker, status); });
}

// Sessions at a router share its realms, so those of the process before cannot go on beside new ones.
Replacement Upgrade::HowToReplace(const std::string& worker) {
  const auto unit = around_.state.units.find(worker);
  const bool shares_realms =
      unit != around_.state.units.end() && unit->second->settings().type == config::WorkerType::kRouter;
  Replacement how;
  how.last_generation = record_.last_generation();
  how.departure = [this, shares_realms] {
    v1::UpgradeProgress& progress = *record_.mutable_progress();
    progress.set_processes_replaced(progress.processes_replaced() + 1);
    DrainSettings settings;
    settings.rate = record_.rate();
    settings.deadline = std::chrono::milliseconds(record_.deadline_milliseconds());
    internal::Departure departure = shares_realms ? DepartAtOnce() : DepartAtRate(operation(), settings);
    departure.set_operation(operation());
    return departure;
  };
  return how;
}

void Upgrade::OnReplaced(const std::string& worker, const Status& status) {
  if (step_ != Step::kReplacing) return;
  // A worker that a change has removed meanwhile has nothing to be replaced.
  if (!status.ok() && status.code() != StatusCode::kNotFound) {
    const v1::UpgradeProgress& progress = record_.progress();
    return Fail(MakeStatus(
        status.code(),
        fmt::format("worker {}: {}. {} of {} processes were replaced, the others run the binary before: see "
                    "`wampgatectl worker logs`, and go back with {}",
                    worker, Message(status), progress.processes_replaced(), progress.processes_total(),
                    WayBack(progress))));
  }
  Show();
  ReplaceNext();
}

void Upgrade::OnChange() {
  if (step_ != Step::kReplacing && step_ != Step::kDraining) return;
  const Departures::Left left = around_.state.departures.LeftOf(operation());
  v1::UpgradeProgress& progress = *record_.mutable_progress();
  progress.set_processes_draining(left.processes);
  progress.set_sessions_left(left.sessions);
  if (step_ == Step::kDraining && left.processes == 0) return Succeed();
  if (step_ == Step::kDraining && cancelled_) {
    return Fail(MakeStatus(
        StatusCode::kCancelled,
        fmt::format("every process is replaced; {} of the binary before go on to drain", left.processes)));
  }
  Show();
}

void Upgrade::Phase(const std::string& phase) {
  record_.mutable_progress()->set_phase(phase);
  if (const Status status = Save(); !status.ok()) {
    log::Warning(kModule, "how far the upgrade is cannot be written to disk", {{"error", Message(status)}});
  }
  Show();
}

void Upgrade::Show() {
  const v1::UpgradeProgress& progress = record_.progress();
  UpgradeSight& sight = around_.state.upgrade;
  sight.operation = record_.operation();
  sight.phase = progress.phase();
  sight.detail =
      fmt::format("to {}, {} of {} processes replaced, {} of the binary before drain", progress.path(),
                  progress.processes_replaced(), progress.processes_total(), progress.processes_draining());
  around_.state.operations.Progress(record_.operation(), progress);
  around_.on_change();
}

void Upgrade::Succeed() {
  Phase("done");
  log::Warning(kModule, "the node is upgraded",
               {{"build_id", BuildId()}, {"processes", record_.progress().processes_replaced()}});
  around_.state.operations.Succeed(record_.operation(), *around_.result());
  Forget();
}

void Upgrade::Fail(const Status& status) {
  log::Error(kModule, "an upgrade did not end well",
             {{"path", record_.progress().path()}, {"error", Message(status)}});
  if (status.code() == StatusCode::kCancelled) {
    record_.mutable_progress()->set_phase("cancelled");
    around_.state.operations.Progress(record_.operation(), record_.progress());
  }
  around_.state.operations.Fail(record_.operation(), status);
  Forget();
}

Status Upgrade::Save() {
  std::string text;
  google::protobuf::TextFormat::PrintToString(record_, &text);
  const std::string beside = around_.record + ".new";
  WAMPGATE_RETURN_IF_ERROR(around_.disk.WriteAndSync(beside, text));
  return around_.disk.Rename(beside, around_.record);
}

void Upgrade::Forget() {
  static_cast<void>(around_.disk.Remove(around_.record));
  record_.Clear();
  workers_.clear();
  step_ = Step::kNothing;
  around_.state.upgrade = {};
  around_.on_change();
}

}  // namespace wampgate::supervisor
