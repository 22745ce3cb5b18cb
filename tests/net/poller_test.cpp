#include "net/poller.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "net/socket_pair.hpp"
#include "support/run_until.hpp"

namespace wampgate::net {
namespace {

using test::RunReady;
using test::RunUntil;

struct OneOctet final : PollHandler {
  OneOctet() { std::tie(mine, theirs) = MakeSocketPair(); }
  void OnReady(std::uint32_t) override {
    char octet;
    if (::recv(mine.get(), &octet, 1, 0) == 1) ++octets;
    if (then) then();
  }
  UniqueFd mine;
  UniqueFd theirs;
  int octets = 0;
  std::function<void()> then;
};

TEST(Poller, FindsSocketsAgainThatStayReadyInMoreThanOneBatch) {
  Loop loop;
  constexpr int kSockets = 400;  // a batch holds 256
  constexpr int kOctets = 7;
  std::vector<std::unique_ptr<OneOctet>> sockets;
  for (int i = 0; i < kSockets; ++i) {
    sockets.push_back(std::make_unique<OneOctet>());
    ASSERT_TRUE(loop.poller().Add(sockets.back()->mine.get(), EPOLLIN, *sockets.back()));
    Put(sockets.back()->theirs, "1234567");
  }
  ASSERT_TRUE(RunUntil(loop, [&] {
    int total = 0;
    for (const auto& one : sockets) total += one->octets;
    return total == kSockets * kOctets;
  }));
  for (const auto& one : sockets) loop.poller().Remove(one->mine.get(), *one);
  EXPECT_EQ(loop.poller().size(), 0u);
}

TEST(Poller, ASingleSocketThatStaysReadyIsFoundAgainWithoutAnyOtherEvent) {
  Loop loop;
  OneOctet socket;
  ASSERT_TRUE(loop.poller().Add(socket.mine.get(), EPOLLIN, socket));
  Put(socket.theirs, std::string(500, 'x'));
  EXPECT_TRUE(RunUntil(loop, [&] { return socket.octets == 500; }));
  loop.poller().Remove(socket.mine.get(), socket);
}

TEST(Poller, AfterRemoveNoEventOfTheBatchReachesTheHandler) {
  Loop loop;
  OneOctet first;
  OneOctet second;
  const auto remove = [&](OneOctet& one) { loop.poller().Remove(one.mine.get(), one); };
  first.then = [&] { remove(second); };
  second.then = [&] { remove(first); };
  ASSERT_TRUE(loop.poller().Add(first.mine.get(), EPOLLIN, first));
  ASSERT_TRUE(loop.poller().Add(second.mine.get(), EPOLLIN, second));
  Put(first.theirs, "x");
  Put(second.theirs, "x");
  RunReady(loop);
  EXPECT_EQ(first.octets + second.octets, 1);
  remove(first.octets == 1 ? first : second);
}

}  // namespace
}  // namespace wampgate::net
