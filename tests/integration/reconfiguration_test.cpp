#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <wampgate/v1/config_service.grpc.pb.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "integration/managed_node.hpp"
#include "support/proc.hpp"

/// Many changes of a node that serves. By hand with the numbers of issue 3: WAMPGATE_CHURN=5000 for
/// transports, WAMPGATE_CHANGES=500 for sessions (figures of latency: tests/bench/reconfigure.py).
namespace wampgate::test {
namespace {

int Setting(const char* name, int otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::atoi(value);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMemoryIsMeasured = false;  // what is freed is kept for a while
#elif defined(__has_feature)
constexpr bool kMemoryIsMeasured = !__has_feature(address_sanitizer);
#else
constexpr bool kMemoryIsMeasured = true;
#endif

long ResidentKib(pid_t pid) {
  long size = 0, resident = 0;
  std::ifstream("/proc/" + std::to_string(pid) + "/statm") >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

/// Descriptors that are sockets, as "4:socket:[1234]".
std::set<std::string> Sockets(pid_t pid) {
  std::set<std::string> sockets;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", error)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (target.starts_with("socket:")) sockets.insert(entry.path().filename().string() + ":" + target);
  }
  return sockets;
}

class Reconfiguration : public ManagedNode {
 protected:
  void SetUp() override {
    ManagedNode::SetUp();
    channel_ = grpc::CreateChannel("unix:" + node_.directory() + "/wampgate.sock",
                                   grpc::InsecureChannelCredentials());
    config_ = v1::ConfigService::NewStub(channel_);
    worker_ = node_.Workers().begin()->second;
  }

  v1::ApplyResult Change(const v1::ObjectChange& change) {
    v1::ApplyConfigRequest request;
    *request.add_changes() = change;
    return Apply(request);
  }
  v1::ApplyResult Apply(const v1::ApplyConfigRequest& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    v1::ApplyResult result;
    const grpc::Status status = config_->ApplyConfig(&context, request, &result);
    EXPECT_TRUE(status.ok()) << status.error_message() << "\n" << request.ShortDebugString();
    return result;
  }
  template <typename Condition>
  static bool AwaitEqual(const Condition& condition) {
    for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  static v1::ObjectChange Put(const std::string& name, const json& object) {
    v1::ObjectChange change;
    change.set_action(v1::ObjectChange::PUT);
    change.set_name(name);
    change.mutable_text()->set_json(object.dump());
    return change;
  }
  static v1::ObjectChange Delete(const std::string& name) {
    v1::ObjectChange change;
    change.set_action(v1::ObjectChange::DELETE);
    change.set_name(name);
    return change;
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ConfigService::Stub> config_;
  pid_t worker_ = 0;
};

const json kRawSocket = {
    {"type", "rawsocket"}, {"endpoint", LoopbackEndpoint()}, {"auth", {{"anonymous", {{"type", "static"}}}}}};

TEST_F(Reconfiguration, OfATransportThatComesAndGoesLeavesDescriptorsAndMemoryFlat) {
  constexpr int kWarmUp = 50;
  constexpr long kGrowthKib = 4096;
  const auto come_and_go = [this](int rounds) {
    for (int i = 0; i < rounds && !HasFailure(); ++i) {
      Change(Put("workers/edge/transports/passing", kRawSocket));
      Change(Delete("workers/edge/transports/passing"));
    }
  };
  come_and_go(kWarmUp);
  const std::size_t of_node = OpenDescriptors(node_.pid()), of_worker = OpenDescriptors(worker_);
  const long node_kib = ResidentKib(node_.pid()), worker_kib = ResidentKib(worker_);
  const int rounds = Setting("WAMPGATE_CHURN", 250);
  come_and_go(rounds);
  // A descriptor that is on its way between the processes goes by itself.
  EXPECT_TRUE(AwaitEqual([&] { return OpenDescriptors(node_.pid()) == of_node; }))
      << of_node << " before, " << OpenDescriptors(node_.pid()) << " after";
  EXPECT_TRUE(AwaitEqual([&] { return OpenDescriptors(worker_) == of_worker; }))
      << of_worker << " before, " << OpenDescriptors(worker_) << " after";
  const long node_after = ResidentKib(node_.pid()), worker_after = ResidentKib(worker_);
  std::cout << rounds << " rounds: supervisor " << node_kib << " -> " << node_after << " KiB, worker "
            << worker_kib << " -> " << worker_after << " KiB, descriptors " << of_node << " and " << of_worker
            << "\n";
  if (!kMemoryIsMeasured) return;
  EXPECT_LE(node_after, node_kib + kGrowthKib);
  EXPECT_LE(worker_after, worker_kib + kGrowthKib);
}

TEST_F(Reconfiguration, WithTheSameDocumentAThousandTimesTouchesNoSocket) {
  v1::ApplyConfigRequest request;
  request.mutable_document()->set_json(NodeText({Edge()}));
  const v1::ApplyResult first = Apply(request);
  EXPECT_EQ(first.outcome(), v1::ApplyResult::NO_CHANGE);
  const std::set<std::string> of_node = Sockets(node_.pid()), of_worker = Sockets(worker_);
  for (int i = 0; i < 1000 && !HasFailure(); ++i) {
    const v1::ApplyResult result = Apply(request);
    ASSERT_EQ(result.outcome(), v1::ApplyResult::NO_CHANGE);
    ASSERT_EQ(result.revision(), first.revision());
  }
  EXPECT_EQ(Sockets(node_.pid()), of_node);
  EXPECT_EQ(Sockets(worker_), of_worker);
}

/// Makes one valid change after the other that closes nobody's session.
class Changes {
 public:
  v1::ObjectChange Next() {
    switch (Below(6)) {
      case 0:
        return Toggle("workers/edge/transports/web/paths/page" + Number(),
                      {{"type", "json"}, {"value", Below(1000)}});
      case 1:
        return Toggle("workers/edge/routes/realm" + Number() + "/anonymous", "first");
      case 2:
        return Toggle("workers/edge/backends/extra" + Number(), Connection("second.sock"));
      case 3:
        return Toggle("workers/edge/transports/more" + std::to_string(Below(3)), kRawSocket);
      case 4:
        return Put("workers/edge/transports/web/paths/value", {{"type", "json"}, {"value", Below(1000)}});
      default:
        return Put("workers/edge/transports/web/paths/ws",
                   {{"type", "websocket"},
                    {"auth", {{"anonymous", {{"type", "static"}}}}},
                    {"options", {{"max_frame_size", 100'000 + Below(1000)}}}});
    }
  }

 private:
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  std::string Number() { return std::to_string(10 + Below(10)); }
  v1::ObjectChange Put(const std::string& name, const json& object) {
    v1::ObjectChange change;
    change.set_action(v1::ObjectChange::PUT);
    change.set_name(name);
    change.mutable_text()->set_json(object.dump());
    there_.insert(name);
    return change;
  }
  /// Gone if it is there, half of the time.
  v1::ObjectChange Toggle(const std::string& name, const json& object) {
    if (!there_.contains(name) || Below(2) == 0) return Put(name, object);
    there_.erase(name);
    v1::ObjectChange change;
    change.set_action(v1::ObjectChange::DELETE);
    change.set_name(name);
    return change;
  }

  std::mt19937 random_{11};
  std::set<std::string> there_;
};

TEST_F(Reconfiguration, LosesAndReordersNoMessageOfLiveSessionsAndClosesNone) {
  constexpr int kInFlight = 3;
  std::vector<std::unique_ptr<WampClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(Client());
    ASSERT_EQ(clients.back()->Join("realm1").at(0), 2);
  }
  const int changes = Setting("WAMPGATE_CHANGES", 60);
  std::atomic<bool> done = false;
  std::thread changing([&] {
    Changes random;
    for (int i = 0; i < changes && !HasFailure(); ++i) {
      const v1::ApplyResult result = Change(random.Next());
      EXPECT_EQ(result.plan().sessions_closed(), 0u) << result.ShortDebugString();
    }
    done = true;
  });
  int request = 0, rounds = 0;
  const auto exchange = [&] {
    for (const auto& client : clients) {
      for (int i = 1; i <= kInFlight; ++i)
        client->Send({48, request + i, json::object(), "com.example.echo", {request + i}});
    }
    for (const auto& client : clients) {
      for (int i = 1; i <= kInFlight; ++i) {
        const json answer = client->Receive();
        ASSERT_TRUE(answer.is_array()) << "a session ended";
        ASSERT_EQ(answer, json({50, request + i, json::object(), {request + i}}));
      }
    }
    request += kInFlight;
    ++rounds;
  };
  while (!done && !HasFatalFailure()) exchange();
  changing.join();
  if (!HasFatalFailure()) exchange();
  std::cout << changes << " changes, " << rounds << " rounds of " << clients.size() << " sessions\n";
}

}  // namespace
}  // namespace wampgate::test
