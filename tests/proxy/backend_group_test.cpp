#include "proxy/backend_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace wampgate::proxy {
namespace {

using std::chrono::milliseconds;
using Time = BackendGroup::Time;
using Standing = BackendGroup::Standing;

const Time kStart = Time(std::chrono::hours(1));

/// A group whose backends are named by one letter each.
class Weighted : public ::testing::Test {
 protected:
  std::shared_ptr<Backend> Make(const std::string& id) {
    BackendOptions options;
    options.id = options.name = id;
    options.endpoint = net::UnixConnect{"/run/" + id + ".sock", milliseconds(1000)};
    options.transport = rawsocket::ClientOptions{};
    return std::make_shared<Backend>(options);
  }
  /// "ab" : a is tried first, then b.
  static std::string Next(const BackendGroup& group, Time now = kStart) {
    std::string ids;
    for (const auto& backend : group.Candidates(now)) ids += backend->options().id;
    return ids;
  }
  /// Whom the next sessions try first.
  static std::string Firsts(const BackendGroup& group, int count) {
    std::string ids;
    for (int i = 0; i < count; ++i) {
      const std::string next = Next(group);
      ids += next.empty() ? '-' : next[0];
    }
    return ids;
  }

  std::shared_ptr<Backend> a_ = Make("a"), b_ = Make("b"), c_ = Make("c");
};

TEST_F(Weighted, TargetsGetTheirSharesAndStandInForEachOther) {
  const BackendGroup group({{a_, 3}, {b_, 1}});
  EXPECT_EQ(Firsts(group, 8), "aabaaaba");
  EXPECT_EQ(Next(group), "ab") << "what cannot be reached is followed by the others";
}

TEST_F(Weighted, ABackupIsUsedOnlyWhileNoOtherIsUsable) {
  const BackendGroup group({{a_, 1}, {b_, 1, true}, {c_, 1}});
  EXPECT_EQ(Next(group), "acb");
  EXPECT_EQ(Next(group), "cab");
  a_->Failed("gone", kStart);
  EXPECT_EQ(Firsts(group, 3), "ccc");
  c_->Failed("gone", kStart);
  EXPECT_EQ(Next(group), "bac") << "those that are down come last, not never";
  EXPECT_EQ(Next(group, kStart + milliseconds(150))[0], 'a') << "one join tries who is to be tried again";
  EXPECT_EQ(Next(group, kStart + milliseconds(150))[0], 'c');
  EXPECT_EQ(Next(group, kStart + milliseconds(150))[0], 'b');
  c_->Answered();
  EXPECT_EQ(Firsts(group, 2), "cc");
}

TEST_F(Weighted, WeightZeroGetsNothingWhateverBecomesOfTheOthers) {
  const BackendGroup group({{a_, 0}, {b_, 1}});
  EXPECT_EQ(Next(group), "b");
  b_->Failed("gone", kStart);
  EXPECT_EQ(Next(group), "b");
}

TEST_F(Weighted, WhatOperatorsHaveTakenOutGetsNothing) {
  const BackendGroup group({{a_, 1}, {b_, 1}, {c_, 1, true}});
  a_->SetDuty(Duty::kMaintenance);
  EXPECT_EQ(Firsts(group, 3), "bbb");
  b_->SetDuty(Duty::kDraining);
  EXPECT_EQ(Next(group), "c") << "a backup stands in";
  c_->SetDuty(Duty::kDraining);
  EXPECT_EQ(Next(group), "");
  EXPECT_EQ(group.WhyNone(), "backend a is in maintenance; backend b drains; backend c drains");
  for (const auto& backend : {a_, b_, c_}) backend->SetDuty(Duty::kActive);
  const std::string later = Firsts(group, 4);
  EXPECT_EQ(std::count(later.begin(), later.end(), 'a'), 2) << later;
}

TEST_F(Weighted, APreviewSaysWhatComesNextAndTakesNoTurn) {
  const BackendGroup group({{a_, 1}, {b_, 2}, {c_, 0}});
  b_->Failed("gone", kStart);
  const auto before = b_->health().retry_at();
  const auto later = kStart + milliseconds(150);
  for (int i = 0; i < 3; ++i) {
    const auto places = group.Preview(later);
    ASSERT_EQ(places.size(), 3u);
    EXPECT_EQ(places[0].target, 1u);
    EXPECT_EQ(places[0].standing, Standing::kReady);
    EXPECT_EQ(places[1].target, 0u);
    EXPECT_EQ(places[2].standing, Standing::kNoWeight);
  }
  EXPECT_EQ(b_->health().retry_at(), before);
  EXPECT_EQ(Next(group, later), "ba");
}

}  // namespace
}  // namespace wampgate::proxy
