#include "wamp/session_census.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wampgate::wamp {
namespace {

TEST(SessionCensus, CountsWhoIsThereAndWhoJoinedByRealmAndBackend) {
  SessionCensus census;
  const std::size_t first = census.Opened("realm1", "workers/w/backends/a");
  EXPECT_EQ(census.Opened("realm1", "workers/w/backends/a"), first);
  EXPECT_NE(census.Opened("realm1", "workers/w/backends/b"), first);
  census.Left(first);
  ASSERT_EQ(census.places().size(), 2u);
  EXPECT_EQ(census.places()[first].open, 1u);
  EXPECT_EQ(census.places()[first].joins, 2u);
  EXPECT_EQ(census.places()[first].realm, "realm1");
  EXPECT_EQ(census.places()[first].backend, "workers/w/backends/a");
}

TEST(SessionCensus, RealmsThatAreNoNamesAreOther) {
  SessionCensus census;
  for (const std::string& realm :
       {std::string(1 << 20, 'x'), std::string("a\r\nb"), std::string("\xff"), std::string("\x1b[31m")}) {
    EXPECT_EQ(census.places()[census.Opened(realm, "")].realm, "other") << realm.substr(0, 20);
  }
  EXPECT_EQ(census.places().size(), 1u);
  EXPECT_EQ(census.places()[0].joins, 4u);
}

TEST(SessionCensus, StaysSmallHoweverManyRealmsAndBackendsThereAre) {
  SessionCensus census;
  for (int i = 0; i < 5000; ++i) {
    const std::size_t place = census.Opened("realm" + std::to_string(i), "b" + std::to_string(i % 1000));
    census.Left(place);
  }
  EXPECT_LE(census.places().size(), SessionCensus::kMostPlaces + 101);
  std::uint64_t joins = 0;
  for (const auto& place : census.places()) {
    EXPECT_EQ(place.open, 0u);
    joins += place.joins;
  }
  EXPECT_EQ(joins, 5000u);
  const std::size_t early = census.Opened("realm3", "b3");
  EXPECT_EQ(census.places()[early].realm, "realm3") << "who was there before is still counted by name";
}

TEST(SessionCensus, KeepsTheBackendOfOtherRealmsWhileThereIsRoom) {
  SessionCensus census;
  for (std::size_t i = 0; i < SessionCensus::kMostPlaces; ++i)
    census.Opened("realm" + std::to_string(i), "b");
  for (const std::string& realm : {std::string("a\r\nb"), std::string("late")}) {
    const std::size_t place = census.Opened(realm, "c");
    EXPECT_EQ(census.places()[place].realm, "other");
    EXPECT_EQ(census.places()[place].backend, "c") << realm;
  }
}

TEST(SessionCensus, CountsEndsByStageAndReason) {
  SessionCensus census;
  census.Ended(SessionStage::kAuth, EndReason::kAuthFailed);
  census.Ended(SessionStage::kOpen, EndReason::kInternal);
  census.Ended(SessionStage::kOpen, EndReason::kInternal);
  EXPECT_EQ(census.ends(SessionStage::kAuth, EndReason::kAuthFailed), 1u);
  EXPECT_EQ(census.ends(SessionStage::kOpen, EndReason::kInternal), 2u);
  EXPECT_EQ(census.ends(SessionStage::kOpen, EndReason::kAuthFailed), 0u);
  EXPECT_EQ(Name(SessionStage::kAccept), "accept");
  EXPECT_EQ(Name(SessionStage::kOpen), "open");
}

}  // namespace
}  // namespace wampgate::wamp
