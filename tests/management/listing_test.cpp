#include "management/listing.hpp"

#include <gtest/gtest.h>

#include "wampgate/v1/worker_service.pb.h"

namespace wampgate::management {
namespace {

v1::ListWorkersResponse Workers(const std::vector<std::pair<std::string, int>>& workers) {
  v1::ListWorkersResponse response;
  for (const auto& [name, sessions] : workers) {
    auto& worker = *response.add_workers();
    worker.set_name(name);
    worker.set_sessions(static_cast<std::uint64_t>(sessions));
  }
  return response;
}
std::string Names(const v1::ListWorkersResponse& response) {
  std::string names;
  for (const auto& worker : response.workers()) names += worker.name();
  return names;
}
const std::vector<std::pair<std::string, int>> kFive = {{"e", 1}, {"b", 2}, {"d", 1}, {"a", 3}, {"c", 10}};

TEST(Listing, SortsByNameUnlessAskedOtherwise) {
  auto response = Workers(kFive);
  ASSERT_TRUE(KeepPage({}, "workers", response).ok());
  EXPECT_EQ(Names(response), "abcde");
  EXPECT_EQ(response.next_page_token(), "");
  ASSERT_TRUE(KeepPage({.order_by = "sessions desc"}, "workers", response).ok());
  EXPECT_EQ(Names(response), "cabde");
}

TEST(Listing, KeepsWhatTheFilterMatches) {
  auto response = Workers(kFive);
  ASSERT_TRUE(KeepPage({.filter = "sessions > 1"}, "workers", response).ok());
  EXPECT_EQ(Names(response), "abc");
}

TEST(Listing, GoesOnAfterTheLastElementWhateverHasComeAndGone) {
  ListingRequest request{.page_size = 2, .order_by = "sessions"};
  auto response = Workers(kFive);
  ASSERT_TRUE(KeepPage(request, "workers", response).ok());
  EXPECT_EQ(Names(response), "de");
  request.page_token = response.next_page_token();
  response = Workers({{"a", 3}, {"b", 2}, {"c", 10}, {"f", 1}, {"0", 0}});  // d and e have gone
  ASSERT_TRUE(KeepPage(request, "workers", response).ok());
  EXPECT_EQ(Names(response), "fb");
  request.page_token = response.next_page_token();
  response = Workers(kFive);
  ASSERT_TRUE(KeepPage(request, "workers", response).ok());
  EXPECT_EQ(Names(response), "ac");
  EXPECT_EQ(response.next_page_token(), "");
}

TEST(Listing, RefusesWhatItCannotRead) {
  auto response = Workers(kFive);
  const auto text = [&](const ListingRequest& request) {
    return std::string(Message(KeepPage(request, "workers", response)));
  };
  EXPECT_EQ(text({.page_size = -1}), "page_size: expected 0 or more");
  EXPECT_EQ(text({.filter = "x = 1"}), "filter: there is no field \"x\"");
  EXPECT_EQ(text({.order_by = "name up"}), "order_by: expected asc or desc, found \"up\"");
  const char* kToken = "page_token: it is none that this list gave for this filter and order";
  EXPECT_EQ(text({.page_token = "xyz"}), kToken);
  ASSERT_TRUE(KeepPage({.page_size = 1}, "workers", response).ok());
  EXPECT_EQ(text({.page_token = response.next_page_token(), .filter = "name = a"}), kToken);
}

}  // namespace
}  // namespace wampgate::management
