#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/backend_group.hpp"
#include "proxy/backend_pool.hpp"
#include "proxy/routes.hpp"

namespace wampgate::proxy {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using Clock = BackendHealth::Clock;

const Clock::time_point kStart = Clock::time_point(std::chrono::hours(1));

BackendOptions Options(const std::string& id) {
  BackendOptions options;
  options.id = options.name = id;
  options.endpoint = net::UnixConnect{"/run/" + id + ".sock", milliseconds(1000)};
  options.transport = rawsocket::ClientOptions{};
  return options;
}

std::vector<std::string> Ids(const std::vector<std::shared_ptr<Backend>>& backends) {
  std::vector<std::string> ids;
  for (const auto& backend : backends) ids.push_back(backend->options().id);
  return ids;
}

std::vector<std::string> Ids(const BackendGroup& group) {
  std::vector<std::string> ids;
  for (const auto& target : group.targets()) ids.push_back(target.backend->options().id);
  return ids;
}

BackendGroup MakeGroup(BackendPool& pool, const std::vector<std::string>& ids) {
  std::vector<std::shared_ptr<Backend>> backends;
  for (const auto& id : ids) backends.push_back(pool.Acquire(Options(id)));
  return BackendGroup(backends);
}

TEST(BackendHealth, RetriesAfter100MillisecondsAndThenTwiceAsLongUpToFiveSeconds) {
  BackendHealth health;
  EXPECT_TRUE(health.TakeTurn(kStart));
  auto now = kStart;
  std::vector<long> delays;
  for (int i = 0; i < 8; ++i) {
    health.Failed(now);
    delays.push_back(std::chrono::duration_cast<milliseconds>(health.retry_at() - now).count());
    now = health.retry_at();
  }
  EXPECT_THAT(delays, ElementsAre(100, 200, 400, 800, 1600, 3200, 5000, 5000));
  health.Succeeded();
  EXPECT_FALSE(health.is_down());
}

TEST(BackendHealth, LetsOneJoinTryWhenTheRetryTimeHasCome) {
  BackendHealth health;
  health.Failed(kStart);
  EXPECT_FALSE(health.TakeTurn(kStart + milliseconds(99)));
  EXPECT_TRUE(health.TakeTurn(kStart + milliseconds(100)));
  EXPECT_FALSE(health.TakeTurn(kStart + milliseconds(100)));
}

TEST(BackendRecord, SaysWhatTheBackendSaysThatIsConfiguredByItsName) {
  BackendPool pool;
  const auto condition = [&pool] { return pool.records().All().at(0).record->condition; };
  const auto before = pool.Acquire(Options("a"));
  before->SpeakForItsName();
  before->Failed("refused", kStart);
  EXPECT_EQ(condition(), Backend::Condition::kDown);
  EXPECT_EQ(pool.records().All().at(0).record->down_because, "refused");
  BackendOptions elsewhere = Options("a");
  elsewhere.endpoint = net::UnixConnect{"/run/elsewhere.sock", milliseconds(1000)};
  const auto now = pool.Acquire(elsewhere);
  EXPECT_EQ(condition(), Backend::Condition::kDown) << "it is not in force yet";
  now->SpeakForItsName();
  EXPECT_EQ(condition(), Backend::Condition::kUnknown);
  EXPECT_EQ(pool.records().All().at(0).record->down_because, "");
  before->Answered();  // a join that was under way
  EXPECT_EQ(condition(), Backend::Condition::kUnknown);
  now->Answered();
  EXPECT_EQ(condition(), Backend::Condition::kUp);
}

TEST(BackendHealth, CountsFailuresOfOneMomentOnce) {
  BackendHealth health;
  for (int i = 0; i < 100; ++i) health.Failed(kStart);
  EXPECT_EQ(health.retry_at(), kStart + milliseconds(100));
}

TEST(BackendGroup, GoesRoundInTheOrderOfTheConfiguration) {
  BackendPool pool;
  const auto group = MakeGroup(pool, {"b", "a", "c"});
  EXPECT_THAT(Ids(group.Candidates(kStart)), ElementsAre("b", "a", "c"));
  EXPECT_THAT(Ids(group.Candidates(kStart)), ElementsAre("a", "c", "b"));
  EXPECT_THAT(Ids(group.Candidates(kStart)), ElementsAre("c", "b", "a"));
  EXPECT_THAT(Ids(group.Candidates(kStart)), ElementsAre("b", "a", "c"));
}

TEST(BackendGroup, PutsABackendThatIsDownLastAndSharesItsTurnsAmongTheOthers) {
  BackendPool pool;
  const auto group = MakeGroup(pool, {"a", "b", "c"});
  group.targets()[1].backend->Failed("gone", kStart);
  EXPECT_THAT(Ids(group.Candidates(kStart)), ElementsAre("a", "c", "b"));
  EXPECT_THAT(Ids(group.Candidates(kStart)), ElementsAre("c", "a", "b"));
  EXPECT_THAT(Ids(group.Candidates(kStart)), ElementsAre("a", "c", "b"));
}

TEST(BackendGroup, TriesABackendAgainAfterItsRetryTimeWithOneJoin) {
  BackendPool pool;
  const auto group = MakeGroup(pool, {"a", "b"});
  group.targets()[0].backend->Failed("gone", kStart);
  const auto later = kStart + milliseconds(150);
  EXPECT_THAT(Ids(group.Candidates(later)), ElementsAre("a", "b"));
  EXPECT_THAT(Ids(group.Candidates(later)), ElementsAre("b", "a"));
  EXPECT_THAT(Ids(group.Candidates(later)), ElementsAre("b", "a"));
}

TEST(BackendGroup, NeverRefusesTheOnlyBackend) {
  BackendPool pool;
  const auto group = MakeGroup(pool, {"a"});
  group.targets()[0].backend->Failed("gone", kStart);
  EXPECT_THAT(Ids(group.Candidates(kStart)), ElementsAre("a"));
}

TEST(BackendPool, KeepsABackendWhileItsOptionsAreEqualAndForgetsItAfter) {
  BackendPool pool;
  auto first = pool.Acquire(Options("a"));
  first->Failed("gone", kStart);
  EXPECT_EQ(pool.Acquire(Options("a")), first);
  auto changed_options = Options("a");
  changed_options.join_timeout = milliseconds(1);
  const auto changed = pool.Acquire(changed_options);
  EXPECT_NE(changed, first);
  EXPECT_EQ(pool.Acquire(Options("a")), first);
  const std::weak_ptr<Backend> watch = first;
  first.reset();
  EXPECT_TRUE(watch.expired());
  EXPECT_FALSE(pool.Acquire(Options("a"))->health().is_down());
}

TEST(BackendPool, KeepsCountersAndDutyOfANameOverChangesOfItsOptions) {
  BackendPool pool;
  const auto first = pool.Acquire(Options("a"));
  first->Joined(std::chrono::microseconds(1));
  first->SetDuty(Duty::kMaintenance);
  auto changed_options = Options("a");
  changed_options.join_timeout = milliseconds(1);
  auto changed = pool.Acquire(changed_options);
  EXPECT_EQ(changed->counters().open, 1u);
  EXPECT_EQ(changed->duty(), Duty::kMaintenance);
  first->SessionEnded();
  EXPECT_EQ(changed->counters().open, 0u);
  changed->SetDuty(Duty::kActive);
  EXPECT_EQ(first->duty(), Duty::kActive) << "live endpoints have the old one";
  EXPECT_EQ(pool.Acquire(Options("b"))->counters().joins, 0u);
}

TEST(Backend, KnowsSinceWhenItIsUpOrDown) {
  Backend backend(Options("a"));
  EXPECT_EQ(backend.condition(), Backend::Condition::kUnknown);
  const auto before = std::chrono::system_clock::now();
  backend.Failed("gone", kStart);
  EXPECT_EQ(backend.condition(), Backend::Condition::kDown);
  EXPECT_GE(backend.condition_since(), before);
  EXPECT_GE(backend.last_error_time(), before);
  const auto down_since = backend.condition_since();
  backend.Failed("gone again", kStart);
  EXPECT_EQ(backend.condition_since(), down_since);
  backend.Answered();
  EXPECT_EQ(backend.condition(), Backend::Condition::kUp);
  EXPECT_GE(backend.condition_since(), down_since);
  EXPECT_EQ(backend.last_error(), "gone again");
}

TEST(Backend, OffersTheClientsSerializerFirstAndTheOthersInTheirOrder) {
  auto options = Options("a");
  BackendOptions::WebSocket transport;
  transport.serializers = {wamp::Serializer::kCbor, wamp::Serializer::kMsgpack, wamp::Serializer::kJson};
  options.transport = transport;
  const Backend backend(options);
  EXPECT_THAT(backend.WebSocketOptions(wamp::Serializer::kJson)->subprotocols,
              ElementsAre("wamp.2.json", "wamp.2.cbor", "wamp.2.msgpack"));
  EXPECT_THAT(backend.WebSocketOptions(wamp::Serializer::kCbor)->subprotocols,
              ElementsAre("wamp.2.cbor", "wamp.2.msgpack", "wamp.2.json"));
}

TEST(Backend, OffersItsFirstSerializerFirstToAClientWithAnother) {
  auto options = Options("a");
  BackendOptions::WebSocket transport;
  transport.serializers = {wamp::Serializer::kCbor, wamp::Serializer::kJson};
  options.transport = transport;
  EXPECT_THAT(Backend(options).WebSocketOptions(wamp::Serializer::kMsgpack)->subprotocols,
              ElementsAre("wamp.2.cbor", "wamp.2.json"));
}

TEST(RouteTable, FindsByRealmAndRoleExactly) {
  BackendPool pool;
  RouteOptions options;
  options.realms["r"]["user"] = {{"a"}, {"b"}};
  const auto routes = MakeRouteTable({options}, pool.AcquireAll({{"a", Options("a")}, {"b", Options("b")}}));
  EXPECT_TRUE(routes->HasRealm("r"));
  EXPECT_FALSE(routes->HasRealm("R"));
  ASSERT_NE(routes->Find("r", "user"), nullptr);
  EXPECT_THAT(Ids(*routes->Find("r", "user")), ElementsAre("a", "b"));
  EXPECT_EQ(routes->Find("r", "anonymous"), nullptr);
  EXPECT_EQ(routes->Find("x", "user"), nullptr);
}

TEST(RouteTable, ChangesTheRoutesThatItIsToldAndSharesTheOthers) {
  BackendPool pool;
  const std::map<std::string, BackendOptions> backends{{"a", Options("a")}, {"b", Options("b")}};
  RouteOptions options;
  for (int i = 0; i < 1000; ++i) options.realms["r" + std::to_string(i)]["user"] = {{"a"}};
  const auto first = MakeRouteTable({options}, pool.AcquireAll(backends));
  RouteChanges changes{.removed = {{"r1", "user"}, {"nowhere", "user"}},
                       .others = RouteChanges::Others::kStay};
  changes.put.realms["r2"] = {{"user", {{"b"}}}, {"guest", {{"a"}}}};
  const auto second = MakeRouteTable(changes, pool.AcquireAll(backends), first);
  EXPECT_EQ(second->size(), 1000u);
  EXPECT_FALSE(second->HasRealm("r1"));
  EXPECT_TRUE(first->HasRealm("r1"));
  EXPECT_THAT(Ids(*second->Find("r2", "user")), ElementsAre("b"));
  EXPECT_THAT(Ids(*first->Find("r2", "user")), ElementsAre("a"));
  EXPECT_NE(second->Find("r2", "guest"), nullptr);
  EXPECT_EQ(second->Find("r3", "user"), first->Find("r3", "user"));
}

TEST(RouteTable, OfEqualRoutesIsTheSame) {
  BackendPool pool;
  RouteOptions options;
  options.realms["r"]["user"] = {{"a"}};
  const auto first = MakeRouteTable({options}, pool.AcquireAll({{"a", Options("a")}}));
  EXPECT_EQ(MakeRouteTable({options}, pool.AcquireAll({{"a", Options("a")}}), first), first);
  options.realms["s"]["user"] = {{"a"}};
  const auto second = MakeRouteTable({options}, pool.AcquireAll({{"a", Options("a")}}), first);
  EXPECT_EQ(second->Find("r", "user"), first->Find("r", "user"));
  options.realms.erase("r");
  const auto third = MakeRouteTable({options}, pool.AcquireAll({{"a", Options("a")}}), second);
  EXPECT_FALSE(third->HasRealm("r"));
  EXPECT_TRUE(third->HasRealm("s"));
}

TEST(RouteTable, FollowsABackendThatHasBecomeAnotherAndNoOther) {
  BackendPool pool;
  RouteOptions options;
  options.realms["r"] = {{"user", {{"a"}}}, {"guest", {{"b"}}}};
  std::map<std::string, BackendOptions> backends{{"a", Options("a")}, {"b", Options("b")}};
  const auto first = MakeRouteTable({options}, pool.AcquireAll(backends));
  backends["a"].join_timeout = std::chrono::seconds(1);
  const auto second =
      MakeRouteTable({.others = RouteChanges::Others::kStay}, pool.AcquireAll(backends), first);
  EXPECT_EQ(second->Find("r", "user")->targets().at(0).backend->options().join_timeout,
            std::chrono::seconds(1));
  EXPECT_EQ(second->Find("r", "guest"), first->Find("r", "guest"));
}

TEST(TransparentRoutes, PrefersTheExactRealmAndUsesTheDefaultForAllOthers) {
  BackendPool pool;
  TransparentOptions options;
  options.by_realm["r"] = {Options("a")};
  options.fallback = {Options("d")};
  const auto routes = MakeTransparentRoutes(options, pool);
  EXPECT_THAT(Ids(*routes->Find("r")), ElementsAre("a"));
  EXPECT_THAT(Ids(*routes->Find("other")), ElementsAre("d"));
  EXPECT_THAT(Ids(*routes->Find("")), ElementsAre("d"));
  options.fallback.clear();
  EXPECT_EQ(MakeTransparentRoutes(options, pool)->Find("other"), nullptr);
}

}  // namespace
}  // namespace wampgate::proxy
