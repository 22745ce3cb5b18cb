#include "base/status.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

#include "base/end_reason.hpp"

namespace wampgate {
namespace {

TEST(ErrnoStatus, SaysWhatFailedAndWhyInSmallLetters) {
  const Status status = ErrnoStatus(ECONNREFUSED, "unix:/run/x");
  EXPECT_EQ(Message(status), "unix:/run/x: connection refused");
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ErrnoStatus(ENOENT, "a").code(), StatusCode::kNotFound);
  EXPECT_EQ(ErrnoText(ENOENT), "no such file or directory");
}

TEST(Annotate, PutsThePrefixInFrontAndKeepsTheCode) {
  const Status status = Annotate(NotFound("no such key"), "paths.ws");
  EXPECT_EQ(Message(status), "paths.ws: no such key");
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_TRUE(Annotate(OkStatus(), "x").ok());
}

StatusOr<std::unique_ptr<int>> Make(bool works) {
  if (!works) return NotFound("nothing there");
  return std::make_unique<int>(7);
}

Status Use(bool works, int& seen) {
  WAMPGATE_ASSIGN_OR_RETURN(const std::unique_ptr<int> made, Make(works));
  seen = *made;
  WAMPGATE_RETURN_IF_ERROR(OkStatus());
  return OkStatus();
}

TEST(StatusMacros, GiveTheValueOrReturnTheError) {
  int seen = 0;
  EXPECT_TRUE(Use(true, seen).ok());
  EXPECT_EQ(seen, 7);
  EXPECT_EQ(Message(Use(false, seen)), "nothing there");
}

TEST(EndReason, IsSpelledInSnakeCase) {
  EXPECT_EQ(Name(EndReason::kClientClosed), "client_closed");
  EXPECT_EQ(Name(EndReason::kNoSuchRealm), "no_such_realm");
  EXPECT_EQ(Name(EndReason::kInternal), "internal");
}

}  // namespace
}  // namespace wampgate
