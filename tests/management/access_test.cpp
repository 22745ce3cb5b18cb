#include <gmock/gmock.h>
#include <google/longrunning/operations.grpc.pb.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "management/access_table.hpp"
#include "management/served_node.hpp"
#include "support/generic_call.hpp"
#include "wampgate/v1/config_service.grpc.pb.h"
#include "wampgate/v1/node_service.pb.h"

namespace wampgate::management {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using ::testing::HasSubstr;

constexpr uid_t kViewer = 65001, kOperator = 65002, kEditor = 65003, kStranger = 65004;
constexpr gid_t kViewers = 64001;

config::Management Roles() {
  config::Management management;
  management.roles.emplace();
  (*management.roles)[Role::kViewer].groups = {std::to_string(kViewers)};
  (*management.roles)[Role::kOperator].users = {std::to_string(kOperator)};
  (*management.roles)[Role::kEditor].users = {std::to_string(kEditor)};
  return management;
}

std::vector<const MethodDescriptor*> Methods(const std::vector<std::string>& services) {
  std::vector<const MethodDescriptor*> methods;
  for (const std::string& name : services) {
    const auto* service = DescriptorPool::generated_pool()->FindServiceByName(name);
    EXPECT_NE(service, nullptr) << name;
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  return methods;
}

/// What an empty request gets. A stream that begins is given up after a moment.
grpc::Status Try(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                 std::chrono::milliseconds patience) {
  return test::Make(channel, {.path = path, .patience = patience});
}

std::string PathOf(const MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

/// Tries every method that the node has and holds the answers to the table.
void TryAll(ServedNode& node, const std::shared_ptr<grpc::Channel>& channel, Role role) {
  int refused = 0;
  for (const MethodDescriptor* method : Methods(node.server().services())) {
    SCOPED_TRACE(method->full_name());
    const bool may = role >= FindAccess(method->full_name())->role;
    const bool lasts = may && method->server_streaming();
    const auto patience = lasts ? std::chrono::milliseconds(300) : std::chrono::milliseconds(60000);
    const grpc::Status status = Try(channel, PathOf(*method), patience);
    EXPECT_EQ(status.error_code() == grpc::StatusCode::PERMISSION_DENIED, !may) << status.error_message();
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << status.error_message();
    refused += !may;
  }
  EXPECT_GT(refused, 0);
}

TEST(AccessTable, HasEveryMethodOfEveryService) {
  ServedNode node;
  const auto methods = Methods(node.server().services());
  EXPECT_GE(methods.size(), 10u);
  for (const MethodDescriptor* method : methods) {
    EXPECT_NE(FindAccess(method->full_name()), nullptr)
        << method->full_name() << " needs an entry in src/management/access_table.cpp";
  }
}

TEST(AccessTable, HasNothingElseAndNothingTwice) {
  std::set<std::string_view> seen;
  for (const MethodAccess& entry : AccessTable()) {
    EXPECT_TRUE(seen.insert(entry.method).second) << entry.method;
    const std::string method(entry.method);
    const auto& pool = *DescriptorPool::generated_pool();
    const bool known = pool.FindServiceByName(method.substr(0, method.rfind('.'))) != nullptr;
    if (known) EXPECT_NE(pool.FindMethodByName(method), nullptr) << method << " is no method of the API";
    if (entry.purpose == Purpose::kChange) EXPECT_GE(entry.role, Role::kOperator) << method;
  }
}

// As anybody but root one cannot be somebody else: then every caller is the node's own user, who may do all.
class Access : public ::testing::Test {
 protected:
  void SetUp() override {
    node_.OnLoop([this] { node_.server().SetAccess(Roles()); });
  }
  static bool CanBeOthers() { return ::geteuid() == 0; }
  ServedNode node_;
};

TEST_F(Access, AStrangerIsRefusedEveryMethod) {
  if (CanBeOthers()) TryAll(node_, node_.ChannelAs(kStranger), Role::kNone);
}

TEST_F(Access, AViewerByASupplementaryGroupMayLookAndNothingElse) {
  if (CanBeOthers()) TryAll(node_, node_.ChannelAs(kViewer, {64000, kViewers}), Role::kViewer);
}

TEST_F(Access, AnOperatorMayOperateAndNotConfigure) {
  if (CanBeOthers()) TryAll(node_, node_.ChannelAs(kOperator), Role::kOperator);
}

TEST_F(Access, AnUpgradeIsCancelledByAnAdminOnly) {
  bool cancelled = false;
  std::string upgrade, drain;
  node_.OnLoop([&] {
    auto& operations = node_.supervisor().operations();
    upgrade = *operations.Begin(v1::UpgradeProgress(), [&] { cancelled = true; });
    drain = *operations.Begin(v1::DrainProgress(), [] {});
  });
  const auto cancel = [](const std::shared_ptr<grpc::Channel>& channel, const std::string& name) {
    grpc::ClientContext context;
    google::longrunning::CancelOperationRequest request;
    request.set_name(name);
    google::protobuf::Empty response;
    return google::longrunning::Operations::NewStub(channel)->CancelOperation(&context, request, &response);
  };
  if (CanBeOthers()) {
    const grpc::Status refused = cancel(node_.ChannelAs(kOperator), upgrade);
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_THAT(refused.error_message(), HasSubstr("by an admin"));
    EXPECT_TRUE(cancel(node_.ChannelAs(kOperator), drain).ok());
    node_.OnLoop([&] { EXPECT_FALSE(cancelled); });
  }
  EXPECT_TRUE(cancel(node_.ChannelAs(::geteuid()), upgrade).ok());
  node_.OnLoop([&] { EXPECT_TRUE(cancelled); });
}

TEST_F(Access, ARefusalSaysWhoOneIsAndHowToGetARole) {
  const grpc::Status status = Try(node_.ChannelAs(kStranger), "/wampgate.v1.ConfigService/GetConfig",
                                  std::chrono::milliseconds(60000));
  EXPECT_EQ(status.ok(), !CanBeOthers()) << status.error_message();
  if (!CanBeOthers()) return;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("uid:65004 has no role"));
  EXPECT_THAT(status.error_message(), HasSubstr("GetConfig needs a viewer"));
  EXPECT_THAT(status.error_message(), HasSubstr("management.roles"));
}

TEST_F(Access, HealthIsToldToEverybodyAndReflectionToViewers) {
  const auto patience = std::chrono::milliseconds(60000);
  const auto stranger = node_.ChannelAs(kStranger);
  EXPECT_TRUE(Try(stranger, "/grpc.health.v1.Health/Check", patience).ok());
  const char* reflection = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  const grpc::Status refused = Try(stranger, reflection, patience);
  EXPECT_EQ(refused.ok(), !CanBeOthers()) << refused.error_message();
  if (CanBeOthers()) EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  const grpc::Status shown = Try(node_.ChannelAs(kViewer, {kViewers}), reflection, patience);
  EXPECT_TRUE(shown.ok()) << shown.error_message();
}

TEST_F(Access, ARoleIsLostWithTheNextCall) {
  if (!CanBeOthers()) return;
  const auto channel = node_.ChannelAs(kOperator);
  const char* path = "/wampgate.v1.WorkerService/ListWorkers";
  const auto patience = std::chrono::milliseconds(60000);
  EXPECT_TRUE(Try(channel, path, patience).ok());
  node_.OnLoop([this] { node_.server().SetAccess({}); });
  EXPECT_EQ(Try(channel, path, patience).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

grpc::Status Apply(const std::shared_ptr<grpc::Channel>& channel, const std::string& json) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::ApplyConfigRequest request;
  request.mutable_document()->set_json(json);
  v1::ApplyResult result;
  return v1::ConfigService::NewStub(channel)->ApplyConfig(&context, request, &result);
}

TEST_F(Access, AnEditorMayChangeEverythingButWhoMayDoWhat) {
  const std::string greedy =
      R"({"workers":[],"management":{"roles":{"admin":{"users":[")" + std::to_string(kEditor) + R"("]}}}})";
  const auto channel = node_.ChannelAs(kEditor);
  const grpc::Status refused = Apply(channel, greedy);
  EXPECT_EQ(refused.ok(), !CanBeOthers());
  if (CanBeOthers()) {
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED) << refused.error_message();
    EXPECT_THAT(refused.error_message(), HasSubstr("which needs an admin"));
  }
  const grpc::Status applied = Apply(channel, R"({"workers":[],"controller":{"id":"another"}})");
  EXPECT_TRUE(applied.ok() || !CanBeOthers()) << applied.error_message();
  const grpc::Status as_admin = Apply(node_.ChannelAs(0), greedy);
  EXPECT_TRUE(as_admin.ok()) << as_admin.error_message();
}

}  // namespace
}  // namespace wampgate::management
