#include "net/reuseport_group.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <utility>
#include <vector>

#include "net/listening.hpp"
#include "net/socket_address.hpp"

namespace wampgate::net {
namespace {

/// Three sockets on one port.
class ReuseportGroupTest : public testing::Test {
 protected:
  ReuseportGroupTest() {
    TcpListen endpoint = Loopback();
    for (UniqueFd& member : members) {
      member = Listen(endpoint, 500, ReusePort::kYes);
      endpoint.port = BoundPort(member.get());
      group.Listening(member.get());
    }
    ::getsockname(members[0].get(), address.get(), &address.size);
  }

  /// Connects `count` clients; how many sit in the queue of each member.
  std::array<int, 3> Connect(int count) {
    std::vector<UniqueFd> clients;
    for (int i = 0; i < count; ++i) {
      clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      EXPECT_EQ(::connect(clients.back().get(), address.get(), address.size), 0);
    }
    std::array<int, 3> got{};
    for (std::size_t i = 0; i < members.size(); ++i) {
      while (members[i] && UniqueFd(::accept(members[i].get(), nullptr, nullptr))) ++got[i];
    }
    return got;
  }

  std::array<UniqueFd, 3> members;
  ReuseportGroup group;
  SocketAddress address;
};

TEST_F(ReuseportGroupTest, SelectsAmongTheOthersOnceOneIsExcluded) {
  for (std::size_t leaving = 0; leaving < 3; ++leaving) {
    const std::uint64_t cookie = SocketCookie(members[leaving].get());
    ASSERT_TRUE(group.Exclude(members[0].get(), std::array{cookie}).ok());
    const auto got = Connect(100);
    EXPECT_EQ(got[leaving], 0);
    EXPECT_EQ(got[0] + got[1] + got[2], 100);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(i == leaving || got[i] > 20) << i;
  }
  ASSERT_TRUE(group.Exclude(members[0].get(), {}).ok());
  const auto got = Connect(100);
  EXPECT_TRUE(got[0] > 0 && got[1] > 0 && got[2] > 0);
}

TEST_F(ReuseportGroupTest, ServesEveryConnectionWhileOneAfterTheOtherLeaves) {
  for (const std::size_t leaving : {0u, 1u}) {
    const std::uint64_t cookie = SocketCookie(members[leaving].get());
    std::vector<std::uint64_t> all_leaving;
    for (std::size_t i = 0; i <= leaving; ++i) {
      if (members[i]) all_leaving.push_back(SocketCookie(members[i].get()));
    }
    ASSERT_TRUE(group.Exclude(members[2].get(), all_leaving).ok());
    ASSERT_EQ(Connect(50)[leaving], 0);
    members[leaving].Reset();
    ASSERT_TRUE(group.Closed(members[2].get(), cookie).ok());
    const auto got = Connect(100);
    EXPECT_EQ(got[0] + got[1] + got[2], 100);
    if (leaving == 0) EXPECT_TRUE(got[1] > 20 && got[2] > 20);
  }
  EXPECT_EQ(group.order().size(), 1u);
}

TEST_F(ReuseportGroupTest, ExcludesTwoAtOnce) {
  ASSERT_TRUE(group
                  .Exclude(members[0].get(),
                           std::array{SocketCookie(members[0].get()), SocketCookie(members[2].get())})
                  .ok());
  EXPECT_EQ(Connect(60), (std::array{0, 60, 0}));
}

TEST_F(ReuseportGroupTest, DoesNotExcludeTheLast) {
  EXPECT_FALSE(group.Exclude(members[0].get(), group.order()).ok());
}

TEST_F(ReuseportGroupTest, ADuplicateHasTheCookieOfItsSocket) {
  EXPECT_EQ(SocketCookie(members[1].Duplicate().get()), group.order()[1]);
}

}  // namespace
}  // namespace wampgate::net
