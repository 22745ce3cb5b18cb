#include "management/grpc_status.hpp"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

namespace wampgate::management {
namespace {

google::rpc::BadRequest Details(const grpc::Status& status) {
  google::rpc::Status full;
  google::rpc::BadRequest request;
  EXPECT_TRUE(full.ParseFromString(status.error_details()));
  EXPECT_TRUE(full.details_size() == 1 && full.details(0).UnpackTo(&request));
  return request;
}

TEST(GrpcStatus, SaysHowManyProblemsDoNotFit) {
  config::Problems problems;
  for (int i = 0; i < 100; ++i) problems.push_back({.path = "workers[0]", .message = std::string(200, 'x')});
  problems.push_back({.severity = config::Severity::kWarning, .path = "w", .message = "a warning"});
  const Status status = InvalidArgument("bad");
  const grpc::Status cut = ToGrpc(status, problems, 6000);
  EXPECT_LT(cut.error_details().size(), 6400u);
  const auto few = Details(cut);
  const std::string left_out = std::to_string(100 - (few.field_violations_size() - 1)) + " more problems";
  EXPECT_EQ(few.field_violations(few.field_violations_size() - 1).description().find(left_out), 0u);
  const auto all = Details(ToGrpc(status, problems, 100000));
  EXPECT_EQ(all.field_violations_size(), 100);
  EXPECT_EQ(all.field_violations(99).field(), "workers[0]");
}

}  // namespace
}  // namespace wampgate::management
