#include "management/gate.hpp"

#include <gtest/gtest.h>

namespace wampgate::management {
namespace {

TEST(Gate, TakesSoManyCallsAndStreamsAtATimeAndNoMore) {
  Gate gate({.calls = 2, .streams = 1, .document = 1, .message = 1});
  EXPECT_TRUE(gate.Enter(Shape::kUnary).ok());
  EXPECT_TRUE(gate.Enter(Shape::kUnary).ok());
  const Status full = gate.Enter(Shape::kUnary);
  EXPECT_EQ(full.code(), StatusCode::kResourceExhausted);
  EXPECT_NE(Message(full).find("2 calls are under way"), std::string_view::npos) << full;
  EXPECT_TRUE(gate.Enter(Shape::kStream).ok());
  EXPECT_EQ(gate.Enter(Shape::kStream).code(), StatusCode::kResourceExhausted);
  gate.Leave(Shape::kUnary);
  EXPECT_TRUE(gate.Enter(Shape::kUnary).ok());
  EXPECT_FALSE(gate.Enter(Shape::kUnary).ok());
}

TEST(Gate, AMethodThatTheTableDoesNotHaveIsNobodys) {
  const Caller admin{.identity = "uid:0", .origin = "", .role = Role::kAdmin};
  EXPECT_EQ(Gate::CheckRole(admin, "wampgate.v1.ConfigService.Forgotten").code(), StatusCode::kUnimplemented);
  EXPECT_TRUE(Gate::CheckRole(admin, "wampgate.v1.ConfigService.ApplyConfig").ok());
}

}  // namespace
}  // namespace wampgate::management
