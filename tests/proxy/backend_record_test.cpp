#include "proxy/backend_record.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wampgate::proxy {
namespace {

TEST(BackendRecords, KeepWhatWasCountedWhenNobodyHoldsThemAnyMore) {
  BackendRecords records;
  {
    const auto record = records.Of("a");
    record->joins = 3;
    record->join_latency.Add(std::chrono::milliseconds(2));
    ASSERT_EQ(records.All().size(), 1u);
    EXPECT_TRUE(records.All()[0].in_use);
  }
  const auto all = records.All();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "a");
  EXPECT_FALSE(all[0].in_use);
  EXPECT_EQ(all[0].record->joins, 3u);
  EXPECT_EQ(records.Of("a")->joins, 3u) << "the name is configured again";
}

TEST(BackendRecords, DoNotGrowWithoutEnd) {
  BackendRecords records;
  for (int i = 0; i < 5000; ++i) records.Of("b" + std::to_string(i))->joins = 1;
  EXPECT_EQ(records.All().size(), BackendRecords::kMost);
  const auto late = records.Of("b4999");
  EXPECT_EQ(late->joins, 0u) << "forgotten with its backend";
  late->joins = 7;
  EXPECT_EQ(records.Of("b4999"), late) << "one record for all backends of a name, also beyond the bound";
}

}  // namespace
}  // namespace wampgate::proxy
