#include "net/acceptor.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <vector>

#include "base/log.hpp"
#include "net/listening.hpp"
#include "net/socket_address.hpp"
#include "net/socket_pair.hpp"
#include "support/run_until.hpp"

namespace wampgate::net {
namespace {

using test::RunReady;
using test::RunUntil;

UniqueFd ConnectTo(int listener) {
  SocketAddress address;
  EXPECT_EQ(::getsockname(listener, address.get(), &address.size), 0);
  UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(socket.get(), address.get(), address.size), 0);
  return socket;
}

class AcceptorTest : public testing::Test {
 protected:
  Loop loop;
  std::vector<std::unique_ptr<Stream>> accepted;
  Acceptor acceptor{loop, Listen(Loopback(), 200),
                    [this](std::unique_ptr<Stream> stream) { accepted.push_back(std::move(stream)); }};
};

TEST_F(AcceptorTest, HandsOverConnectionsWithoutDelay) {
  acceptor.Start();
  const UniqueFd client = ConnectTo(acceptor.fd());
  ASSERT_TRUE(RunUntil(loop, [&] { return accepted.size() == 1; }));
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  ASSERT_EQ(::getsockopt(accepted[0]->fd(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_NE(no_delay, 0);
  EXPECT_EQ(PeerName(accepted[0]->fd()).substr(0, 15), "tcp4:127.0.0.1:");
}

TEST_F(AcceptorTest, LeavesConnectionsInTheQueueWhileStopped) {
  acceptor.Start();
  acceptor.Stop();
  const UniqueFd client = ConnectTo(acceptor.fd());
  RunReady(loop);
  EXPECT_TRUE(accepted.empty());
  acceptor.Start();
  EXPECT_TRUE(RunUntil(loop, [&] { return accepted.size() == 1; }));
}

TEST_F(AcceptorTest, AcceptsMoreThanOneTurnTakes) {
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 150; ++i) clients.push_back(ConnectTo(acceptor.fd()));
  acceptor.Start();
  EXPECT_TRUE(RunUntil(loop, [&] { return accepted.size() == 150; }));
}

TEST(Acceptor, MayBeDestroyedByTheConnectionItAccepts) {
  Loop loop;
  std::unique_ptr<Acceptor> acceptor;
  std::vector<std::unique_ptr<Stream>> accepted;
  acceptor = std::make_unique<Acceptor>(loop, Listen(Loopback()), [&](std::unique_ptr<Stream> stream) {
    accepted.push_back(std::move(stream));
    acceptor.reset();
  });
  const UniqueFd first = ConnectTo(acceptor->fd());
  const UniqueFd second = ConnectTo(acceptor->fd());
  acceptor->Start();
  ASSERT_TRUE(RunUntil(loop, [&] { return !accepted.empty(); }));
  RunReady(loop);
  EXPECT_EQ(accepted.size(), 1u);
}

/// Lowers the limit of descriptors to what is open plus `spare`; restores it.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(int spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const UniqueFd lowest(::dup(0));
    rlimit lower = before_;
    lower.rlim_cur = static_cast<rlim_t>(lowest.get() + spare);
    ::setrlimit(RLIMIT_NOFILE, &lower);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

double CpuSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

TEST_F(AcceptorTest, TurnsNewcomersAwayWithoutDescriptorsAndRecovers) {
  acceptor.Start();
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(ConnectTo(acceptor.fd()));
  // UBSan's check of types in fmt needs a descriptor the first time; this is the first time.
  log::Warning("test", "descriptors run out now, on purpose", {{"spare", std::uint64_t{5}}});
  {
    const DescriptorLimit limit(5);
    ASSERT_TRUE(RunUntil(loop, [&] { return accepted.size() + acceptor.turned_away() == 20; }));
    EXPECT_EQ(accepted.size(), 5u);
    EXPECT_EQ(acceptor.turned_away(), 15u);
    char octet;
    EXPECT_EQ(::recv(clients[19].get(), &octet, 1, 0), -1);
    EXPECT_EQ(errno, ECONNRESET);
    const double before = CpuSeconds();
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
    ASSERT_TRUE(RunUntil(loop, [&] { return std::chrono::steady_clock::now() >= until; }));
    EXPECT_LT(CpuSeconds() - before, 0.1) << "the loop spins";
  }
  clients.push_back(ConnectTo(acceptor.fd()));
  EXPECT_TRUE(RunUntil(loop, [&] { return accepted.size() == 6; }));
}

}  // namespace
}  // namespace wampgate::net
