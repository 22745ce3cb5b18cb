#include "management/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iterator>

#include "management/served_node.hpp"
#include "support/run_until.hpp"
#include "wampgate/v1/config_service.grpc.pb.h"
#include "wampgate/v1/node_service.grpc.pb.h"
#include "wampgate/v1/worker_service.grpc.pb.h"

namespace wampgate::management {
namespace {

TEST(Server, MayEndWhileAnAnswerAboutHealthIsUnderWay) {
  std::string directory = ::testing::TempDir() + "wampgate-management-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  {
    net::Loop loop;
    supervisor::SupervisorOptions options;
    options.node_directory = directory;
    auto supervisor = supervisor::Supervisor::Open(loop, std::move(options));
    ASSERT_TRUE(supervisor.ok()) << supervisor.status();
    auto server = Server::Start(loop, **supervisor, directory + "/wampgate.sock");  // asks at once
    ASSERT_TRUE(server.ok()) << server.status();
    server->reset();
    bool later = false;
    loop.Post([&later] { later = true; });  // behind the answer
    EXPECT_TRUE(test::RunUntil(loop, [&later] { return later; }));
  }
  std::filesystem::remove_all(directory);
}

std::size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd"), end;
  return static_cast<std::size_t>(std::distance(all, end));
}

grpc::Status GetConfig(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::ConfigSnapshot answer;
  return v1::ConfigService::NewStub(channel)->GetConfig(&context, {}, &answer);
}

TEST(Server, AThousandShortConnectionsLeaveNoDescriptorAndMistakeNobodyForSomebodyElse) {
  ServedNode node;
  const bool others = ::geteuid() == 0;
  ASSERT_TRUE(GetConfig(node.ChannelAs(0)).ok());
  const std::size_t before = OpenDescriptors();
  for (int i = 0; i < 1000; ++i) {
    const bool stranger = i % 2 == 1;  // so that each number of a descriptor is in turn one's and the other's
    const grpc::Status status = GetConfig(node.ChannelAs(stranger ? 65004 : 0));
    ASSERT_EQ(status.ok(), !(stranger && others)) << i << ": " << status.error_message();
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (OpenDescriptors() > before + 3 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_LE(OpenDescriptors(), before + 3);
}

TEST(Server, EndsInOrderWhileConnectionsAreOpen) {
  ServedNode node;
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < 20; ++i) {
    channels.push_back(node.ChannelAs(0));
    ASSERT_TRUE(GetConfig(channels.back()).ok());
  }
  node.EndServer();
  EXPECT_FALSE(std::filesystem::exists(node.socket()));
  EXPECT_EQ(GetConfig(channels.front()).error_code(), grpc::StatusCode::UNAVAILABLE);
}

v1::WhoAmIResponse WhoAmI(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::WhoAmIResponse answer;
  EXPECT_TRUE(v1::NodeService::NewStub(channel)->WhoAmI(&context, {}, &answer).ok());
  return answer;
}

/// A call that is answered by the loop, sent when this returns.
class PendingCall {
 public:
  explicit PendingCall(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::ConfigService::NewStub(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stub_->async()->GetConfig(&context_, &request_, &answer_,
                              [this](const grpc::Status& status) { status_.set_value(status); });
  }
  grpc::Status Await() { return status_.get_future().get(); }

 private:
  std::unique_ptr<v1::ConfigService::Stub> stub_;
  grpc::ClientContext context_;
  v1::GetConfigRequest request_;
  v1::ConfigSnapshot answer_;
  std::promise<grpc::Status> status_;
};

TEST(Server, AnswersWhatIsUnderWayBeforeItHasShutDown) {
  ServedNode node;
  const auto channel = node.ChannelAs(0);
  ASSERT_TRUE(GetConfig(channel).ok());  // accepted, by the loop
  std::promise<void> busy, go, ended;
  node.loop().Post([&] {
    busy.set_value();
    go.get_future().wait();
    node.server().Shutdown([&] { ended.set_value(); });
  });
  busy.get_future().wait();
  PendingCall call(channel);
  for (int i = 0; i < 20; ++i) WhoAmI(channel);  // need no loop: the call has reached its handler before
  go.set_value();
  EXPECT_EQ(ended.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  const grpc::Status status = call.Await();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(GetConfig(channel).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(Server, EndsWhatLastsWhenItShutsDown) {
  ServedNode node;
  const auto channel = node.ChannelAs(0);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  const auto watch = v1::ConfigService::NewStub(channel)->WatchConfig(&context, {});
  WhoAmI(channel);
  std::promise<void> ended;
  node.OnLoop([&] { node.server().Shutdown([&] { ended.set_value(); }); });
  v1::ConfigEvent event;
  while (watch->Read(&event)) {
  }
  EXPECT_NE(watch->Finish().error_code(), grpc::StatusCode::OK);
  EXPECT_EQ(ended.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
}

TEST(Server, TakesLargeRequestsOnlyWhereDocumentsAre) {
  ServedNode node;
  const auto channel = node.ChannelAs(0);
  grpc::ClientContext context, other;
  v1::PlanConfigRequest large;
  large.mutable_document()->set_json(std::string(8 * 1024 * 1024, ' '));
  v1::Plan plan;
  const grpc::Status read = v1::ConfigService::NewStub(channel)->PlanConfig(&context, large, &plan);
  EXPECT_EQ(read.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << read.error_message();
  v1::GetWorkerRequest request;
  request.set_name(std::string(8 * 1024 * 1024, 'w'));
  v1::WorkerStatus worker;
  const grpc::Status refused = v1::WorkerService::NewStub(channel)->GetWorker(&other, request, &worker);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_NE(refused.error_message().find("GetWorker takes at most 4194304"), std::string::npos)
      << refused.error_message();
}

}  // namespace
}  // namespace wampgate::management
