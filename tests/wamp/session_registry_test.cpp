#include "wamp/session_registry.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wampgate::wamp {
namespace {

class FakeSession final : public Session {
 public:
  explicit FakeSession(SessionRegistry& registry) : registry_(registry) {}
  using Session::End;
  void End(EndReason, const Farewell&) override { registry_.Remove(*this); }
  void Kill() override { registry_.Remove(*this); }
  const TransportDetails& details() const override { return details_; }
  std::uint64_t id() const override { return 0; }
  const std::string& realm() const override { return realm_; }
  SessionFacts facts() const override { return {}; }
  void SetTraced(bool) override {}

 private:
  SessionRegistry& registry_;
  TransportDetails details_;
  std::string realm_;
};

TEST(SessionRegistry, HandsRemovedSessionsToTheirDisposal) {
  std::vector<std::unique_ptr<Session>> disposed;
  SessionRegistry registry(
      [&disposed](std::unique_ptr<Session> session) { disposed.push_back(std::move(session)); });
  int empty = 0;
  registry.OnEmpty([&empty] { ++empty; });
  for (int i = 0; i < 3; ++i) registry.Add(std::make_unique<FakeSession>(registry));
  EXPECT_EQ(registry.size(), 3U);
  registry.ForEach([](Session& session) { session.End(EndReason::kShutdown); });
  EXPECT_EQ(registry.size(), 0U);
  EXPECT_EQ(disposed.size(), 3U);
  EXPECT_EQ(empty, 1);
}

TEST(SessionRegistry, VisitsNoSessionThatAnEarlierVisitEnded) {
  std::vector<std::unique_ptr<Session>> disposed;
  SessionRegistry registry(
      [&disposed](std::unique_ptr<Session> session) { disposed.push_back(std::move(session)); });
  std::vector<FakeSession*> sessions;
  for (int i = 0; i < 2; ++i) {
    auto session = std::make_unique<FakeSession>(registry);
    sessions.push_back(session.get());
    registry.Add(std::move(session));
  }
  int visits = 0;
  registry.ForEach([&](Session& session) {
    ++visits;
    for (FakeSession* other : sessions) {
      if (other != &session) other->Kill();
    }
  });
  EXPECT_EQ(visits, 1);
  EXPECT_EQ(registry.size(), 1U);
}

TEST(SessionRegistry, CountsEndsByReason) {
  SessionRegistry registry([](std::unique_ptr<Session>) {});
  const FakeSession session(registry);
  registry.Ended(session, {.reason = EndReason::kClientLost});
  registry.Ended(session, {.reason = EndReason::kClientLost});
  EXPECT_EQ(registry.ends().at(static_cast<int>(EndReason::kClientLost)), 2U);
  EXPECT_EQ(registry.ends().size(), 1U);
}

}  // namespace
}  // namespace wampgate::wamp
