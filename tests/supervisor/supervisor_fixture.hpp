#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "loop_runner.hpp"
#include "net/socket_address.hpp"
#include "supervisor/supervisor.hpp"
#include "temporary_folder.hpp"

namespace wampgate::supervisor {

/// One proxy worker of a test document; each has the transport "web" unless said otherwise.
struct TestWorker {
  std::string id = "worker1";
  int processes = 1;
  int port = 0;
  int hello_timeout = 10000;  ///< 40001 … 40006 tell the fake worker to misbehave
  std::string transport = "web";
  bool shared = false;
};

inline v1::Node TestNode(const std::vector<TestWorker>& workers, int grace = 300) {
  v1::Node node;
  node.mutable_controller()->set_id("node1");
  node.mutable_limits()->set_shutdown_grace(grace);
  for (const TestWorker& wanted : workers) {
    v1::Worker& worker = *node.add_workers();
    worker.mutable_proxy();
    worker.set_id(wanted.id);
    worker.mutable_options()->mutable_processes()->set_count(wanted.processes);
    worker.mutable_limits()->set_hello_timeout(wanted.hello_timeout);
    v1::Transport& transport = *worker.add_transports();
    transport.mutable_websocket();
    transport.set_id(wanted.transport);
    v1::TcpListen& tcp = *transport.mutable_endpoint()->mutable_tcp();
    tcp.set_interface("127.0.0.1");
    tcp.mutable_port()->set_number(wanted.port);
    if (wanted.shared) tcp.set_shared(true);
    transport.mutable_endpoint()->set_backlog(500);
  }
  return node;
}

/// A supervisor over a temporary node directory, with fake workers.
class SupervisorTest : public ::testing::Test {
 protected:
  SupervisorTest() { Open(); }
  ~SupervisorTest() override { Close(); }

  void Open() {
    auto opened = Supervisor::Open(loop_, Options());
    ASSERT_TRUE(opened.ok()) << opened.status();
    supervisor_ = *std::move(opened);
  }
  void Close() {
    if (supervisor_ == nullptr) return;
    bool stopped = false;
    supervisor_->Stop([&] { stopped = true; });
    RunUntil(loop_, [&] { return stopped; });
    supervisor_.reset();
  }
  /// As if it had been killed: its processes serve on, its record of them stays.
  void Die() {
    Disk disk;
    const std::string record = folder_ / ".wampgate/processes";
    const StatusOr<std::string> content = disk.Read(record);
    supervisor_.reset();
    ASSERT_TRUE(content.ok() && disk.Write(record, *content).ok());
  }
  /// A new supervisor with what it found; nothing is called before.
  StatusOr<Supervisor::Takeover> OpenAndTakeOver() {
    Open();
    std::optional<StatusOr<Supervisor::Takeover>> got;
    supervisor_->TakeOver([&](StatusOr<Supervisor::Takeover> taken) { got = std::move(taken); });
    RunUntil(loop_, [&] { return got.has_value(); });
    return *got;
  }
  SupervisorOptions Options() const {
    SupervisorOptions options;
    options.node_directory = folder_.path();
    options.executable = WAMPGATE_FAKE_WORKER;
    options.adoption_wait = adoption_wait_;
    options.bad_revision = bad_revision_;
    options.now = [this] { return now_; };
    return options;
  }

  ApplyReply Apply(v1::Node node, ApplyOptions options = {}) {
    std::optional<ApplyReply> got;
    supervisor_->Apply(std::move(node), std::move(options), [&](const ApplyReply& reply) { got = reply; });
    RunUntil(loop_, [&] { return got.has_value(); });
    return *got;
  }
  ApplyReply Restore() {
    std::optional<ApplyReply> got;
    supervisor_->Restore([&](const ApplyReply& reply) { got = reply; });
    RunUntil(loop_, [&] { return got.has_value(); });
    return *got;
  }
  using Operation = void (Supervisor::*)(std::string, Supervisor::WorkerDone);
  StatusOr<WorkerReport> Do(Operation operation, const std::string& worker) {
    std::optional<StatusOr<WorkerReport>> got;
    (supervisor_.get()->*operation)(worker, [&](StatusOr<WorkerReport> report) { got = std::move(report); });
    RunUntil(loop_, [&] { return got.has_value(); });
    return *got;
  }
  WorkerReport Get(const std::string& worker = "worker1") {
    const auto report = Do(&Supervisor::GetWorker, worker);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : WorkerReport{};
  }
  void AwaitRevision(std::uint64_t number) {
    RunUntil(loop_, [&, asked = false, seen = std::uint64_t{0}]() mutable {
      if (seen == number) return true;
      if (!asked) {
        asked = true;
        supervisor_->GetRevision([&](const internal::Revision& revision) {
          asked = false;
          seen = revision.number();
        });
      }
      return false;
    });
  }
  internal::Revision Running() {
    std::optional<internal::Revision> running;
    supervisor_->GetRevision([&](const internal::Revision& revision) { running = revision; });
    RunUntil(loop_, [&] { return running.has_value(); });
    return *running;
  }
  std::uint64_t Revision() { return Running().number(); }
  /// Runs the loop until the report of the worker is as wanted.
  void Await(const std::function<bool(const WorkerReport&)>& wanted, const std::string& worker = "worker1") {
    std::optional<WorkerReport> last;
    bool asked = false;
    RunUntil(loop_, [&] {
      if (last && wanted(*last)) return true;
      if (!asked) {
        asked = true;
        supervisor_->GetWorker(worker, [&](StatusOr<WorkerReport> report) {
          asked = false;
          if (report.ok()) last = *report;
        });
      }
      return false;
    });
  }

  std::uint16_t PortOf(const std::string& worker = "worker1", const std::string& transport = "web") {
    const WorkerReport report = Get(worker);
    const auto found = report.addresses.find("workers/" + worker + "/transports/" + transport);
    if (found == report.addresses.end()) return 0;
    return static_cast<std::uint16_t>(std::stoi(found->second.substr(found->second.rfind(':') + 1)));
  }

  static std::optional<UniqueFd> Connect(std::uint16_t port) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto address = net::IpAddress(net::IpVersion::k4, "127.0.0.1", port);
    if (::connect(socket.get(), address->get(), address->size) != 0 && errno != EINPROGRESS)
      return std::nullopt;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);  // loopback: decided at once
    return error == 0 ? std::optional<UniqueFd>(std::move(socket)) : std::nullopt;
  }
  /// What the process that accepts says: "worker1/0 4711 10000"; "refused", "reset".
  std::string Ask(std::uint16_t port) {
    const auto socket = Connect(port);
    return socket ? AnswerOn(*socket) : "refused";
  }
  std::string AnswerOn(const UniqueFd& socket) {
    std::string answer;
    bool ended = false;
    RunUntil(loop_, [&] {
      char text[100];
      const ssize_t size = ::recv(socket.get(), text, sizeof text, MSG_DONTWAIT);
      if (size > 0) answer.append(text, static_cast<std::size_t>(size));
      if (size < 0 && errno != EAGAIN && answer.empty()) answer = "reset";
      ended = size == 0 || (size < 0 && errno != EAGAIN);
      return ended;
    });
    if (!answer.empty() && answer.back() == '\n') answer.pop_back();
    return answer;
  }
  /// "worker1/0" of an answer.
  static std::string Who(const std::string& answer) { return answer.substr(0, answer.find(' ')); }
  /// How many of `count` connections each process answered.
  std::map<std::string, int> Spread(std::uint16_t port, int count = 40) {
    std::map<std::string, int> answers;
    for (int i = 0; i < count; ++i) ++answers[Who(Ask(port))];
    return answers;
  }

  TemporaryFolder folder_;
  std::chrono::milliseconds adoption_wait_{10000};
  TrialRule bad_revision_;
  /// When it is for the trial of revisions.
  RevisionTrial::Clock::time_point now_ = RevisionTrial::Clock::now();
  net::Loop loop_;
  std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace wampgate::supervisor
